#!/bin/sh
# In the keeper's mount namespace: gives a machine its disk, the first time, and boots it.
#   disk.sh FOLDER MACHINE-FOLDER SIZE
set -eu
disk=$2/disk
mkdir -p "$disk" "$2/root"
if ! mountpoint -q "$disk"; then
  mount -t tmpfs -o "mode=755,size=$3,nosuid,nodev" disk "$disk"
  cd "$disk"
  mkdir -p etc work tmp root home mnt srv var/cache var/lib var/log var/spool var/local var/opt
  chmod 700 root
  chmod 1777 tmp
  mkdir -m 1777 var/tmp
  ln -s /run var/run
  ln -s /run/lock var/lock
fi
exec unshare --mount --pid --uts --ipc --fork --kill-child sh "$1/scripts/boot.sh" "$1" "$2"
