#!/bin/sh
# Creates the root file system of the image: `make-root.sh ROOT APP`. It runs as root during the build.
set -eu
root=$1
app=$2
mkdir -p "$root/usr/local/bin" "$root/usr/bin" "$root/bin" "$root/dev" "$root/proc" "$root/sys"
install -d -m 1777 "$root/tmp"
install -d -o 1000 -g 1000 "$root/work"

cp -a "$app" "$root/app"
strip -o "$root/usr/local/bin/node" "$(command -v node)"

# The libraries that the programs load, by name and by Debian's path. Name resolution loads its libraries at run time, so they are listed.
natives=$(find "$root/app" -name '*.node' -o -name '*.so' -o -name '*.so.*')
# Tables of symbols that only a debugger reads.
# shellcheck disable=SC2086
strip $natives
# shellcheck disable=SC2086
{
    ldd "$(command -v node)" $natives 2>/dev/null | grep -o '/[^ :]*\.so[^ :]*' | grep -v "^$root" || true
    find /lib/*-linux-gnu /usr/lib/*-linux-gnu -maxdepth 1 -name 'libnss_*' -o -maxdepth 1 -name 'libresolv*'
} | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done

mkdir -p "$root/etc/ssl/certs"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
for package in libc6 libgcc-s1 libstdc++6 ca-certificates busybox-static; do
    licence=/usr/share/doc/$package/copyright
    if [ -e "$licence" ]; then
        mkdir -p "$root/usr/share/doc/$package"
        cp -L "$licence" "$root/usr/share/doc/$package/"
    fi
done
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
printf 'root:x:0:0:root:/root:/bin/sh\nzeroscout:x:1000:1000::/tmp:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nzeroscout:x:1000:\n' > "$root/etc/group"

busybox=$(command -v busybox)
cp "$busybox" "$root/bin/busybox"
for tool in sh ls cat env id ps wget vi tar find grep sed head tail df du free top kill sleep mkdir rm cp mv chmod; do
    ln -s busybox "$root/bin/$tool"
done
