#!/bin/sh
# Keeps the lab's mounts, in a mount namespace of its own: the host sees none of them, and all are gone when this process is.
#   keeper.sh FOLDER
# FOLDER/base is then what machines see of the host: its whole tree, read-only, without what the kernel plays in it.
set -eu
base=$1/base
# Names of namespaces are mounts: a copy here would keep a deleted namespace, and the links in it, alive.
umount --lazy --recursive /run/netns 2>/dev/null || true
mkdir -p "$base"
mount --rbind / "$base"
# In a user namespace of its own, root can neither take the host's mounts off nor make devices: it covers the first, and lends the second.
read -r _ _ users < /proc/self/uid_map
if [ "$users" = 4294967295 ]; then is_initial=true; else is_initial=false; fi
for each in proc sys dev run; do
  if ! $is_initial; then
    mount -t tmpfs -o mode=755,size=4k cover "$base/$each"
  elif mountpoint -q "$base/$each"; then
    umount --lazy --recursive "$base/$each"
  fi
done
# From a list made before, and the inmost first: what is taken away while it is read hides nothing, and takes nothing with it that is yet to come.
cut -d ' ' -f 5,6 /proc/self/mountinfo | LC_ALL=C sort -r | while read -r at options; do
  at=$(printf '%b' "$at")
  case $at in
    "$base" | "$base"/*)
      if $is_initial; then
        mount -o remount,bind,ro "$at" || umount --lazy "$at"
      else
        # What is covered cannot be reached. The other flags of the host's mounts have to stay as they are.
        ! mountpoint -q "$at" || mount -o "remount,bind,$options,ro" "$at"
      fi
      ;;
  esac
done
mount -t tmpfs -o mode=755,size=64k,nosuid,noexec dev "$base/dev"
cd "$base/dev"
mkdir pts shm
make_device() {
  if $is_initial; then
    mknod -m 666 "$1" c "$2" "$3"
  else
    : > "$1"
    mount --bind "/dev/$1" "$1"
  fi
}
make_device null 1 3
make_device zero 1 5
make_device full 1 7
make_device random 1 8
make_device urandom 1 9
make_device tty 5 0
ln -s pts/ptmx ptmx
ln -s /proc/self/fd fd
ln -s /proc/self/fd/0 stdin
ln -s /proc/self/fd/1 stdout
ln -s /proc/self/fd/2 stderr
mount -o remount,bind,nosuid,noexec,ro "$base/dev"
cd /
echo ready
exec sleep infinity
