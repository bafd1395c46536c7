# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
#
# Flink with the job: docker build -f flink-cluster/flink.Dockerfile -t caddis-flink:0.1.0 .
# from the directory of the project, after ./caddis --version, which builds what is copied here.
FROM flink:2.2.1-java17
COPY --chown=flink:flink flink-cluster/target/caddis/jobs/caddis.jar /opt/flink/usrlib/caddis.jar
COPY --chown=flink:flink flink-cluster/target/caddis/conf/config.yaml /opt/flink/conf/config.yaml
# A new volume that is mounted here belongs to the same user.
RUN install -d -o flink -g flink -m 0755 /data
USER flink
