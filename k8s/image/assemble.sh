#!/bin/bash
# The pod's root file system: the binary, the shared libraries that it loads, and what they need; no shell,
# no package manager. Used by the Dockerfile, and by the tests, which run a pod in what it makes.
#
#     k8s/image/assemble.sh BINARY ROOT
#
# The libraries are those of the system that runs this, by what the binary asks for. All must be in
# libraries.txt: so a new one is seen in a review. Each package's entry and licence go along, as in
# distroless images: scanners look for them in /var/lib/dpkg/status.d.
set -euo pipefail
umask 022

binary=${1:?the binary} root=${2:?the folder to make}
here=$(cd "$(dirname "$0")" && pwd)
list=$here/libraries.txt
[ ! -e "$root" ] || { echo "$root exists" >&2; exit 1; }

# Mount points of the container runtime are here so that it need not write to the image.
mkdir -p "$root"/{dev,proc,sys,etc/ssl/certs,usr/lib64,usr/local/bin,var/lib/dpkg/status.d}
mkdir -m 1777 "$root/tmp"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"

# --- the binary and its libraries -------------------------------------------------------------

# The build keeps the symbols; the pod runs without.
strip -o "$root/usr/local/bin/vigie" "$binary"
chmod 755 "$root/usr/local/bin/vigie"

needed=$(ldd "$binary" | awk '/=> \// { print $3 } /^\t\/lib.*ld-linux/ { print $1 }' | sort -u)
if missing=$(ldd "$binary" | grep 'not found'); then
	echo "$binary needs libraries that are not installed: $missing" >&2
	exit 1
fi
if unlisted=$(for library in $needed; do basename "$library"; done \
	| grep -v '^ld-linux' | grep -vxFf <(grep -v '^#' "$list")); then
	echo "$binary loads libraries that are not in $list: $unlisted" >&2
	exit 1
fi

packages=ca-certificates
for library in $needed; do
	real=$(realpath "$library")
	case $library in
	*/ld-linux*) place=$root/usr/lib64/$(basename "$library") mode=755 ;;
	*) place=$root/usr/lib/$(basename "$(dirname "$real")")/$(basename "$library") mode=644 ;;
	esac
	install -D -m "$mode" "$real" "$place"
	# A package's list has the file as it was before /lib and /usr/lib became one.
	owner=$(dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "${real#/usr}") \
		|| { echo "no package has $real" >&2; exit 1; }
	packages+=" ${owner%%:*}"
done

# --- what they need ---------------------------------------------------------------------------

# Authorities, for the registry, the collector of traces and the database.
install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cat >"$root/etc/passwd" <<-END
	root:x:0:0:root:/:/sbin/nologin
	vigie:x:10001:10001:vigie:/:/sbin/nologin
END
cat >"$root/etc/group" <<-END
	root:x:0:
	vigie:x:10001:
END
# Names by files and DNS; glibc has both in itself.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

for package in $(printf '%s\n' $packages | sort -u); do
	dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
	install -D -m 644 "/usr/share/doc/$package/copyright" \
		"$root/usr/share/doc/$package/copyright"
done
