/**
 * What an agent asks of the cloud about fixed addresses. What is read may lag behind what is (EC2 is eventually consistent); what is
 * written is decided by the cloud alone: an interface is attached to one instance at a time, and a detach names the attachment it ends,
 * so that a call made on old knowledge fails instead of hitting somebody else's attachment.
 *
 * Every method may throw a `CloudError`.
 */
export type AddressCloud = {
  /** The interfaces of the tier, in all availability zones. */
  findInterfaces(): Promise<MemberInterface[]>;
  /** Of instances that hold one; those that the cloud does not know are `missing`. */
  findHolders(instanceIds: readonly string[]): Promise<ReadonlyMap<string, HolderState>>;
  /** Resolves when the cloud has taken it on; the interface arrives later. */
  attach(interfaceId: string, deviceIndex: number): Promise<void>;
  /** Resolves when the cloud has taken it on. `force`: without the instance's cooperation. */
  detach(attachmentId: string, options: { force: boolean }): Promise<void>;
};

/** An elastic network interface that carries a member's address. */
export type MemberInterface = {
  id: string;
  /** The tag `pointsman:member`. */
  member: string | undefined;
  /** Six bytes in lower-case hexadecimal, with colons. */
  mac: string;
  availabilityZone: string;
  vpcId: string;
  subnetId: string;
  /** The ranges of its subnet, IPv4 first. */
  subnetCidrs: readonly string[];
  /** The primary one first, IPv6 last. */
  addresses: readonly string[];
  attachment: Attachment | undefined;
};

export type Attachment = {
  id: string;
  instanceId: string;
  state: 'attaching' | 'attached' | 'detaching';
  /** When it was begun, milliseconds since 1970, where the cloud says. */
  since?: number | undefined;
};

/** `alive`: it runs or starts; `impaired`: it runs and fails its status checks; `ended`: it stops, has stopped, or is terminated. */
export type HolderState = 'alive' | 'impaired' | 'ended' | 'missing';
