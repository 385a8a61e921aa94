export {
  BADVERS,
  CLASS_IN,
  FORMERR,
  isMetaType,
  NOERROR,
  NOTIMP,
  NXDOMAIN,
  OPCODE_QUERY,
  REFUSED,
  rcodeName,
  rcodeNumber,
  SERVFAIL,
  typeMnemonic,
  typeNumber,
  YXDOMAIN,
} from './codes.ts';
export { decodeHeader, decodeMessage } from './decode-message.ts';
export { encodeMessage, encodeQuery, UDP_PAYLOAD } from './encode-message.ts';
export {
  decodeExtendedError,
  EDE,
  EXTENDED_ERROR_OPTION,
  type ExtendedError,
  encodeExtendedError,
} from './extended-error.ts';
export { formatZoneFile } from './format-zone-file.ts';
export {
  type Edns,
  type EdnsOption,
  type Flags,
  type Message,
  NO_FLAGS,
  type Question,
  type ResourceRecord,
} from './message.ts';
export {
  isAtOrBelow,
  labelsOf,
  type Name,
  NameError,
  nameFromWire,
  nameToWire,
  parentOf,
  parseName,
  ROOT,
} from './name.ts';
export { parseZoneFile, type ZoneFile } from './parse-zone-file.ts';
export { RdataError } from './presentation.ts';
export { rdataFromText } from './rdata-from-text.ts';
export { rdataToText } from './rdata-to-text.ts';
export type { RecordSet } from './record-set.ts';
export type { ZoneFileProblem } from './zone-tokens.ts';
