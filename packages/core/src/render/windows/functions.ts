/** The functions of a script for Windows DNS. Each looks first, and changes only what differs; -WhatIf holds in all of them. */

export const PREAMBLE: readonly string[] = [
  '[CmdletBinding(SupportsShouldProcess)]',
  'param()',
  '#Requires -RunAsAdministrator',
  '#Requires -Modules DnsServer',
  'Set-StrictMode -Version Latest',
  "$ErrorActionPreference = 'Stop'",
  '# The functions of a module do not see the preferences of a script, so they are handed on.',
  "$common = @{ ErrorAction = 'Stop'; WhatIf = [bool]$WhatIfPreference }",
];

export const FORWARDER_FUNCTION: readonly string[] = [
  '',
  'function Set-PointsmanForwarder([string]$Name, [string[]]$Servers, [uint32]$Timeout) {',
  '    $zone = Get-DnsServerZone | Where-Object { $_.ZoneName -eq $Name }',
  '    if (-not $zone) {',
  '        Add-DnsServerConditionalForwarderZone -Name $Name -MasterServers $Servers -ForwarderTimeout $Timeout @common',
  "    } elseif ($zone.ZoneType -ne 'Forwarder') {",
  '        throw "$Name is a $($zone.ZoneType) zone here already: nothing is changed"',
  "    } elseif ((@($zone.MasterServers.IPAddressToString) -join ' ') -ne ($Servers -join ' ') -or $zone.ForwarderTimeout -ne $Timeout -or $zone.UseRecursion) {",
  '        Set-DnsServerConditionalForwarderZone -Name $Name -MasterServers $Servers -ForwarderTimeout $Timeout -UseRecursion $false @common',
  '    }',
  '}',
];

/** Whoever is in no network of the topology is denied. */
export const CLIENTS_FUNCTION: readonly string[] = [
  '',
  'function Set-PointsmanClients([string[]]$IPv4, [string[]]$IPv6) {',
  "    $subnet = Get-DnsServerClientSubnet | Where-Object { $_.Name -eq 'PointsmanClients' }",
  "    $parameters = @{ Name = 'PointsmanClients' }",
  '    if ($IPv4) { $parameters.IPv4Subnet = $IPv4 }',
  '    if ($IPv6) { $parameters.IPv6Subnet = $IPv6 }',
  '    if (-not $subnet) {',
  '        Add-DnsServerClientSubnet @parameters @common',
  "    } elseif ((@($subnet.IPv4Subnet) -join ' ') -ne ($IPv4 -join ' ') -or (@($subnet.IPv6Subnet) -join ' ') -ne ($IPv6 -join ' ')) {",
  "        Set-DnsServerClientSubnet @parameters -Action 'REPLACE' @common",
  '    }',
  "    if (-not (Get-DnsServerQueryResolutionPolicy | Where-Object { $_.Name -eq 'PointsmanClients' })) {",
  "        Add-DnsServerQueryResolutionPolicy -Name 'PointsmanClients' -Action DENY -ClientSubnet 'NE,PointsmanClients' @common",
  '    }',
  '}',
];

/** Names outside of some domains are denied. */
export const NAMES_FUNCTION: readonly string[] = [
  '',
  'function Set-PointsmanNames([string[]]$Domains) {',
  "    $policy = Get-DnsServerQueryResolutionPolicy | Where-Object { $_.Name -eq 'PointsmanNames' }",
  "    $fqdn = 'NE,' + (($Domains | ForEach-Object { $_, \"*.$_\" }) -join ',')",
  '    if (-not $policy) {',
  "        Add-DnsServerQueryResolutionPolicy -Name 'PointsmanNames' -Action DENY -Fqdn $fqdn @common",
  '    } else {',
  "        Set-DnsServerQueryResolutionPolicy -Name 'PointsmanNames' -Fqdn $fqdn @common",
  '    }',
  '}',
];
