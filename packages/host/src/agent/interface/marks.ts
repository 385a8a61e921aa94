/**
 * By what our routes and IP rules are known, also after a crash, a detached interface or a new name: the number of the protocol
 * that set them (rt_protos of iproute2; 153 is nobody's there). `ip rule` shows it as `proto 153`.
 */
export const PROTOCOL = 153;
