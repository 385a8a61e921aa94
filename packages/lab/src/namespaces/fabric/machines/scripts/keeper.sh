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
for each in proc sys dev run; do
  if mountpoint -q "$base/$each"; then umount --lazy --recursive "$base/$each"; fi
done
# From a list made before, and the inmost first: what is taken away while it is read hides nothing, and takes nothing with it that is yet to come.
cut -d ' ' -f 5 /proc/self/mountinfo | LC_ALL=C sort -r | while read -r at; do
  at=$(printf '%b' "$at")
  case $at in
    "$base" | "$base"/*) mount -o remount,bind,ro "$at" || umount --lazy "$at" ;;
  esac
done
mount -t tmpfs -o mode=755,size=64k,nosuid,noexec dev "$base/dev"
cd "$base/dev"
mkdir pts shm
mknod -m 666 null c 1 3
mknod -m 666 zero c 1 5
mknod -m 666 full c 1 7
mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9
mknod -m 666 tty c 5 0
ln -s pts/ptmx ptmx
ln -s /proc/self/fd fd
ln -s /proc/self/fd/0 stdin
ln -s /proc/self/fd/1 stdout
ln -s /proc/self/fd/2 stderr
mount -o remount,ro "$base/dev"
cd /
echo ready
exec sleep infinity
