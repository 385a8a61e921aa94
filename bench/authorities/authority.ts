import type { Command } from '../running/children.ts';
import type { Endpoint } from '../running/question.ts';
import type { Shape } from './shapes.ts';

/** An authority under test, and what it reads: the zone files of a shape by their zones' names, and for ours the same in a store. */
export type Authority = {
  name: string;
  role: 'ours' | 'other';
  /** How to get the program on Debian; undefined where it is part of this repository. */
  package?: { package: string; command: string };
  files(place: Place): Record<string, string>;
  command(place: Place): Command;
};

export type Place = {
  listen: Endpoint;
  /** Of Route 53's API, where the authority has it. */
  api: Endpoint;
  /** Of the authority's own files. */
  directory: string;
  shape: Shape;
  /** Where the zone files and the store `zones.db` are. */
  zones: string;
};
