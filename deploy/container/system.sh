#!/bin/sh
# Puts together what the image has of Debian, for the architecture that it is for, on a machine of any: packages are
# fetched and unpacked, and nothing of theirs is run.
#
#     sh system.sh <amd64|arm64> <folder> <file for the list of packages>
set -eu
arch=$1
root=$2
list=$3

# What Node and the renderers are linked with; who comes first; what confines a renderer (docs/security); what is drawn with.
libraries='gcc-12-base libc6 libgcc-s1 libstdc++6 libjemalloc2 libcrypt1 libcap-ng0 libsmartcols1'
programs='tini perl-base util-linux coreutils'
anywhere='fonts-dejavu-core'
# No shell among them. Perl is what the server sets Landlock and seccomp with.
kept='tini perl setpriv prlimit unshare env'

dpkg --add-architecture "$arch"
apt-get update -qq
scratch=$(mktemp -d)
cd "$scratch"
apt-get download -qq $anywhere $(for name in $libraries $programs; do echo "$name:$arch"; done)

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/sbin"
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
for package in *.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"; done

# Programs that nobody calls, and data of languages, terminals and character sets that nothing here looks up.
for program in "$root"/usr/bin/* "$root"/usr/sbin/*; do
  case " $kept " in *" ${program##*/} "*) ;; *) rm -f "$program" ;; esac
done
for word in $kept; do test -x "$root/usr/bin/$word"; done
find "$root/usr/share" -mindepth 1 -maxdepth 1 ! -name fonts ! -name doc -exec rm -rf {} +
find "$root/usr/share/doc" -type f ! -name copyright -delete
# Packages of one source share a licence by links, which stay.
find "$root/usr/share/doc" -mindepth 2 -type l -delete
find "$root/usr/share/doc" -mindepth 1 -type d -empty -delete
rm -rf "$root"/usr/lib/*/gconv "$root"/usr/lib/*/perl-base "$root"/usr/lib/*/audit "$root"/usr/lib/mime \
  "$root"/usr/libexec "$root"/usr/lib/systemd "$root"/etc "$root"/var "$root"/sbin "$root"/usr/sbin

# One path for both architectures: the server looks for its allocator here.
mv "$root"/usr/lib/*-linux-gnu/libjemalloc.so.2 "$root/usr/lib/libjemalloc.so.2"

mkdir -p "$root/etc" "$root/tmp" "$root/var/cache/tintype" "$root/usr/local/share/fonts"
chmod 1777 "$root/tmp"
chown 65532:65532 "$root/var/cache/tintype"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

# Name, version and architecture of each, for the list of what is inside.
for package in *.deb; do
  dpkg-deb --showformat='${Package} ${Version} ${Architecture}\n' --show "$package"
done >"$list"
cd /
rm -rf "$scratch"
