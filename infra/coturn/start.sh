#!/bin/sh
# Completes turnserver.conf in memory and starts coturn, so that the secret is in no argument list and no layer.
set -eu
: "${TURN_SECRET:?}" "${TURN_DOMAIN:?}" "${PUBLIC_IP:?}"

address=$(getent ahostsv4 "$(cat /etc/hostname)" | awk 'NR == 1 { print $1 }')

umask 077
{
  cat /etc/coturn/televisit.conf
  echo "static-auth-secret=$TURN_SECRET"
  echo "realm=$TURN_DOMAIN"
  echo "listening-ip=$address"
  echo "relay-ip=$address"
  # coturn makes an exception from the denied peers for the private half: two people who can both only
  # reach the relay meet on that address.
  echo "external-ip=$PUBLIC_IP/$address"
} > /tmp/turnserver.conf

exec turnserver -c /tmp/turnserver.conf
