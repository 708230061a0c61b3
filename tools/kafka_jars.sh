#!/usr/bin/env bash
# Prints a Java class path with Apache Kafka's own jars, fetched once through Maven.
#
#   tools/kafka_jars.sh [VERSION] [broker|tools|clients|streams|connect]      (4.4.0 broker)
#
#   broker   kafka.Kafka, kafka.tools.StorageTool, and the clients
#   tools    org.apache.kafka.tools.*: the perf tools, the console clients, DumpLogSegments. Maven has
#            no kafka-tools for every release, so this takes the newest one that is not above VERSION,
#            together with the clients of that same release.
#   clients  the producer, consumer and admin client alone
#   streams  Kafka Streams, RocksDB's Java library included, and the clients
#   connect  Kafka Connect's workers and its file connectors, which Maven has up to 4.3.1
#
# The jars stay in ${BARNABAS_CACHE:-~/.cache/barnabas}/kafka/VERSION-SET; a second call needs neither
# Maven nor a network. Logging is slf4j-simple: -Dorg.slf4j.simpleLogger.defaultLogLevel=warn sets it.
set -euo pipefail
version=${1:-4.4.0}
set_name=${2:-broker}
case $set_name in
    broker) artifacts=kafka_2.13 range=$version ;;
    tools) artifacts=kafka-tools range="[${version%%.*}.0.0,$version]" ;;
    clients) artifacts=kafka-clients range=$version ;;
    streams) artifacts=kafka-streams range=$version ;;
    connect) artifacts="connect-runtime connect-file" range=$version ;;
    *) echo "kafka_jars.sh: '$set_name' is none of broker, tools, clients, streams, connect" >&2
       exit 2 ;;
esac

dependency() { # GROUP ARTIFACT VERSION
    cat <<POM
    <dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>
POM
}

root=${BARNABAS_CACHE:-$HOME/.cache/barnabas}/kafka
jars=$root/$version-$set_name
mkdir -p "$root"
exec 9>"$root/.lock"
flock -w 600 9 # two test runs may ask at once
if [ ! -f "$jars/.complete" ]; then
    command -v mvn >/dev/null || { echo "kafka_jars.sh: needs mvn (apt-get install maven)" >&2; exit 1; }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>barnabas</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>
$(for artifact in $artifacts; do dependency org.apache.kafka "$artifact" "$range"; done)
$(dependency org.slf4j slf4j-simple 1.7.36)
  </dependencies>
</project>
POM
    rm -rf "$jars"
    timeout 500 mvn -B -q -f "$work/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$jars" >&2
    touch "$jars/.complete"
fi
printf '%s\n' "$jars"/*.jar | paste -sd:
