#!/bin/sh
# The first process of a machine, before it has a root of its own: what it may write to is its disk, everything else is read-only.
#   boot.sh FOLDER MACHINE-FOLDER
set -eu
folder=$1
machine=$2
root=$machine/root
# The host's /proc is still in place: this is the number that the host knows the process by.
read -r pid _ < /proc/self/stat
echo "pid $pid"
read -r name < "$machine/boot/hostname"
busybox hostname "$name"
mount --rbind "$folder/base" "$root"
mount --all --fstab "$machine/boot/fstab"
mkdir "$root/run/lock"
while read -r path; do
  [ -d "$folder/base$path" ] || continue
  mkdir -p "$root$path"
  mount --rbind "$folder/base$path" "$root$path"
done < "$machine/boot/visible"
cd "$root"
pivot_root . .
umount --lazy .
# Without CAP_SYS_ADMIN and its like, root in the machine can undo none of this.
exec setpriv --inh-caps=-all --bounding-set="$(cat /run/machine/capabilities)" sh /run/machine/init.sh
