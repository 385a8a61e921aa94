export { sendUnixDatagram } from './send-datagram.ts';
