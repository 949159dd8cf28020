#!/usr/bin/env bash
# Keeps the processes of one cluster: supervisor.sh FOLDER
#
# Each line on standard input names a script FOLDER/NAME.sh to run; the answer is its process id. When the other end of
# standard input closes, however its holder ended, everything is killed and the folder removed. Should this process be
# killed itself, the kernel ends the others (pdeathsig). The lock tells whether anything in the folder is still in use.
set -u
base=$1
cd "$base" || exit 1
exec 9>>lock
flock -s 9
# Standard error stays open but unused: whoever reads it to its end has waited for the end of the cluster.
exec 8>&2 2>/dev/null

finish() {
  local pids
  pids=$(jobs -pr)
  [[ -z $pids ]] || kill -KILL $pids
  wait
  cd /
  rm -rf "$base"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

while read -r name; do
  # Of what is open here, only the lock is open there.
  setpriv --pdeathsig KILL bash "$base/$name.sh" </dev/null >>"$base/$name.out" 2>&1 8>&- &
  echo "$!"
done
