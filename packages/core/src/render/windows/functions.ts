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

/** Whoever is in no network of the topology is denied. REPLACE leaves a family as it is that it is not given, so one that goes is taken out by REMOVE. */
export const CLIENTS_FUNCTION: readonly string[] = [
  '',
  'function Set-PointsmanClients([string[]]$IPv4, [string[]]$IPv6) {',
  "    $subnet = Get-DnsServerClientSubnet | Where-Object { $_.Name -eq 'PointsmanClients' }",
  "    $parameters = @{ Name = 'PointsmanClients' }",
  '    if ($IPv4) { $parameters.IPv4Subnet = $IPv4 }',
  '    if ($IPv6) { $parameters.IPv6Subnet = $IPv6 }',
  '    if (-not $subnet) {',
  '        Add-DnsServerClientSubnet @parameters @common',
  '    } else {',
  '        # A set that is to be empty is not replaced: what is in it is removed, after the other one has what it needs.',
  "        $gone = @{ Name = 'PointsmanClients' }",
  '        if (-not $IPv4 -and $subnet.IPv4Subnet) { $gone.IPv4Subnet = @($subnet.IPv4Subnet) }',
  '        if (-not $IPv6 -and $subnet.IPv6Subnet) { $gone.IPv6Subnet = @($subnet.IPv6Subnet) }',
  '        if (($IPv4 -and (Test-PointsmanDifference $subnet.IPv4Subnet $IPv4)) -or ($IPv6 -and (Test-PointsmanDifference $subnet.IPv6Subnet $IPv6))) {',
  "            Set-DnsServerClientSubnet @parameters -Action 'REPLACE' @common",
  '        }',
  '        if ($gone.Count -gt 1) {',
  "            Set-DnsServerClientSubnet @gone -Action 'REMOVE' @common",
  '        }',
  '    }',
  "    Set-PointsmanPolicy 'PointsmanClients' 'ClientSubnet' 'NE' @('PointsmanClients')",
  '}',
];

/** Names outside of some domains are denied. */
export const NAMES_FUNCTION: readonly string[] = [
  '',
  'function Set-PointsmanNames([string[]]$Domains) {',
  "    Set-PointsmanPolicy 'PointsmanNames' 'Fqdn' 'NE' @($Domains | ForEach-Object { $_, \"*.$_\" })",
  '}',
];

/**
 * Policies that deny: what is there is compared with what is to be, and made anew where it is anything but an enabled DENY with this
 * criterion alone, since a Set takes no other criteria away. https://learn.microsoft.com/powershell/module/dnsserver/add-dnsserverqueryresolutionpolicy
 */
export const POLICY_FUNCTIONS: readonly string[] = [
  '',
  '# Sets are compared without their order, and names without their case or the dot at their end.',
  'function Test-PointsmanDifference([string[]]$Before, [string[]]$After) {',
  "    $sets = @($Before, $After) | ForEach-Object { ,@($_ | Where-Object { $_ } | ForEach-Object { $_.ToLowerInvariant().TrimEnd('.') } | Sort-Object) }",
  "    ($sets[0] -join ',') -ne ($sets[1] -join ',')",
  '}',
  '',
  'function Set-PointsmanPolicy([string]$Name, [string]$Criterion, [string]$Operator, [string[]]$Values) {',
  '    $policy = Get-DnsServerQueryResolutionPolicy | Where-Object { $_.Name -eq $Name }',
  "    $condition = @{ $Criterion = (@($Operator) + $Values) -join ',' }",
  '    if ($policy) {',
  '        $criteria = @($policy.Criteria)',
  "        $isOurs = [string]$policy.Action -eq 'Deny' -and $policy.IsEnabled -and $criteria.Count -eq 1 -and [string]$criteria[0].CriteriaType -eq $Criterion",
  '        if ($isOurs) {',
  "            if (Test-PointsmanDifference ($criteria[0].Criteria -split ',') (@($Operator) + $Values)) {",
  '                Set-DnsServerQueryResolutionPolicy -Name $Name @condition @common',
  '            }',
  '            return',
  '        }',
  '        Remove-DnsServerQueryResolutionPolicy -Name $Name -Force @common',
  '    }',
  '    Add-DnsServerQueryResolutionPolicy -Name $Name -Action DENY @condition @common',
  '}',
];
