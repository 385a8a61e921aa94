/**
 * What root may do in a machine, for setpriv(1): its own network, processes and files. Whoever could mount (CAP_SYS_ADMIN), make devices, load
 * modules, open files by their handles (CAP_DAC_READ_SEARCH) or set the clock would be root of the host.
 */
export const CAPABILITIES = [
  '-all',
  '+chown',
  '+dac_override',
  '+fowner',
  '+fsetid',
  '+kill',
  '+setgid',
  '+setuid',
  '+setpcap',
  '+setfcap',
  '+net_bind_service',
  '+net_admin',
  '+net_raw',
  '+sys_chroot',
  '+sys_nice',
  '+sys_resource',
].join(',');
