/** What the system would not do, in one sentence, with the command's own words. */
export class FabricError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FabricError';
  }
}
