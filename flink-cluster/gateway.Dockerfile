# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
#
# The gateway: docker build -f flink-cluster/gateway.Dockerfile -t caddis-gateway:0.1.0 .
# from the directory of the project, after ./caddis --version, which builds what is copied here.
FROM eclipse-temurin:17-jre
COPY gateway/target/caddis-gateway /opt/caddis
# Written by whichever user the container runs as; a new volume takes the mode over.
RUN install -d -m 1777 /var/lib/caddis
USER 10001:10001
WORKDIR /var/lib/caddis
EXPOSE 11540
# As the launcher has it: out of memory ends the process, and whoever supervises it starts it again.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-Dlog4j.configurationFile=/opt/caddis/conf/log4j2-gateway.properties", "-cp", "/opt/caddis/lib/*", "io.caddis.gateway.Gateway"]
