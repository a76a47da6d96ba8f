#!/bin/bash
# Ceph's S3 gateway with one monitor and one OSD in memory: rgw.sh FOLDER PORT ACCESS_KEY SECRET_KEY
# The PIDs are in FOLDER/*.pid1. Needs the packages radosgw, ceph-mon and ceph-osd.
set -eu
folder=$1 port=$2 access=$3 secret=$4
monitor=$((port + 1))
mkdir -p "$folder/mon" "$folder/osd" "$folder/run"
conf=$folder/ceph.conf
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$conf" <<C
[global]
fsid = $fsid
mon_initial_members = a
mon_host = v1:127.0.0.1:$monitor
ms_bind_msgr2 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_crush_chooseleaf_type = 0
mon_max_pg_per_osd = 1000
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
osd_objectstore = memstore
memstore_device_bytes = 536870912
run_dir = $folder/run
admin_socket = $folder/run/\$name.asok
log_file = $folder/run/\$name.log
mon_data = $folder/mon
osd_data = $folder/osd
osd_journal = $folder/osd/journal
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_thread_pool_size = 16
C
begin() { # begin NAME COMMAND...
	local name=$1
	shift
	"$@" >"$folder/$name.out" 2>&1 &
	echo $! >"$folder/$name.pid1"
}
monmaptool --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$monitor]" "$folder/monmap" >/dev/null
ceph-mon --mkfs -i a --monmap "$folder/monmap" -c "$conf"
begin mon ceph-mon -f -i a -c "$conf"
ceph -c "$conf" osd create >/dev/null
ceph-osd -i 0 --mkfs -c "$conf" >"$folder/mkfs.out" 2>&1
begin osd ceph-osd -f -i 0 -c "$conf"
radosgw-admin -c "$conf" user create --uid=vigie --display-name=vigie \
	--access-key="$access" --secret-key="$secret" >"$folder/user.out" 2>&1
begin rgw radosgw -f -n client.rgw -c "$conf"
for _ in $(seq 300); do
	curl -s -o /dev/null "http://127.0.0.1:$port/" && exit 0
	sleep 0.1
done
echo "radosgw did not answer" >&2
exit 1
