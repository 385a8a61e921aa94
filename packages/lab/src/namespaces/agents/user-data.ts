/** Where an agent's configuration is on its machine, as everywhere. */
const CONFIG_FILE = '/etc/pointsman/agent.json';

/** Where cloud-init looks for what is to run at every boot. https://docs.cloud-init.io/en/latest/reference/modules.html#scripts-per-boot */
const AT_EVERY_BOOT = '/var/lib/cloud/scripts/per-boot';

/**
 * What an instance of a tier runs at its first boot: it keeps the agent's configuration, and has the agent run at this boot and at all others. In
 * the place of systemd, which no machine of the lab has, a loop starts an agent again that has ended. `environment`: what an agent has beside the machine's.
 */
export function writeUserData(
  config: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const agent = ['env', ...variables, ...command, 'agent', '--config', CONFIG_FILE].map(quote).join(' ');
  return `#!/bin/sh
mkdir -p /etc/pointsman /var/lib/pointsman ${AT_EVERY_BOOT}
cat > ${CONFIG_FILE} <<'END'
${config}
END
cat > ${AT_EVERY_BOOT}/pointsman-agent <<'END'
#!/bin/sh
while :; do
  ${agent}
  sleep 1
done
END
chmod +x ${AT_EVERY_BOOT}/pointsman-agent
exec ${AT_EVERY_BOOT}/pointsman-agent
`;
}

/** As a word of sh. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
