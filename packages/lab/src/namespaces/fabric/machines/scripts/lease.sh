#!/bin/sh
# What udhcpc tells of a lease, made so on the machine. Without DHCPv6: what it would hand out stands in /run/machine/ipv6.
set -u
read_ipv6() {
  while read -r key value; do
    case $key in
      address) ip -6 address replace "$value" dev "$interface" nodad ;;
      gateway) ip -6 route replace default via "$value" dev "$interface" ;;
      nameserver) echo "nameserver $value" >> /etc/resolv.conf.new ;;
    esac
  done < /run/machine/ipv6
}
# As cloud-init does, in the background: what is to run at every boot, and user data at the first one.
run_scripts() {
  : > /run/scripts-ran
  for each in /var/lib/cloud/scripts/per-boot/*; do
    if [ -x "$each" ]; then setsid "$each" >&2 < /dev/null & fi
  done
  if [ -e /run/machine/user-data ] && [ ! -e /var/lib/user-data-ran ]; then
    : > /var/lib/user-data-ran
    setsid /run/machine/user-data >&2 < /dev/null &
  fi
}
case $1 in
  deconfig)
    ip link set "$interface" up
    ip -4 address flush dev "$interface"
    ;;
  bound | renew)
    ip -4 address replace "$ip/$mask" dev "$interface"
    if [ -n "${router:-}" ]; then ip -4 route replace default via "$router" dev "$interface"; fi
    : > /etc/resolv.conf.new
    if [ -n "${domain:-}" ]; then echo "search $domain" >> /etc/resolv.conf.new; fi
    for each in ${dns:-}; do echo "nameserver $each" >> /etc/resolv.conf.new; done
    read_ipv6
    mv /etc/resolv.conf.new /etc/resolv.conf
    mkdir -p /run/dhcp
    for each in ${ntpsrv:-}; do echo "$each"; done > /run/dhcp/ntp-servers
    if [ "$1" = bound ]; then
      [ -e /run/scripts-ran ] || run_scripts
      echo up
    fi
    ;;
esac
