#!/bin/sh
# Process 1 of a machine: its first interface comes up by DHCP, and orphans are waited for.
console=/var/log/console.log
if [ ! -e /etc/machine-booted ]; then
  : > /etc/machine-booted
  read -r name < /run/machine/hostname
  rm -f /etc/resolv.conf /etc/hostname /etc/hosts
  : > /etc/resolv.conf
  echo "$name" > /etc/hostname
  printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" > /etc/hosts
fi
# Duplicates cannot be here: addresses are the cloud's. Without the wait for them, IPv6 is usable at once (RFC 4862 §5.4).
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
ip link set lo up
# Standard output is the lab's: it hears of leases. All else goes to the console.
exec 2>> "$console" < /dev/null
while :; do
  udhcpc -f -i eth0 -s /run/machine/lease.sh -p /run/udhcpc.eth0.pid -T 1 -A 1 -t 10
  sleep 1
done
