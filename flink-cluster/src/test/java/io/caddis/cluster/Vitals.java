// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What another JVM of this user holds on to. It is looked at through its own management beans. */
final class Vitals implements AutoCloseable {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final Path status;
  private final JMXConnector connector;
  private final MemoryMXBean memory;
  private final List<MemoryPoolMXBean> heap;
  private final ThreadMXBean threads;
  private final UnixOperatingSystemMXBean system;

  Vitals(long pid) throws IOException {
    status = Path.of("/proc", Long.toString(pid), "status");
    VirtualMachine machine;
    try {
      machine = VirtualMachine.attach(Long.toString(pid));
    } catch (AttachNotSupportedException e) {
      throw new IOException("cannot look into process " + pid, e);
    }
    try {
      connector =
          JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
    MBeanServerConnection beans = connector.getMBeanServerConnection();
    memory = ManagementFactory.getPlatformMXBean(beans, MemoryMXBean.class);
    heap =
        ManagementFactory.getPlatformMXBeans(beans, MemoryPoolMXBean.class).stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    threads = ManagementFactory.getPlatformMXBean(beans, ThreadMXBean.class);
    system = ManagementFactory.getPlatformMXBean(beans, UnixOperatingSystemMXBean.class);
  }

  /** Bytes of the heap that a collection, made now, leaves. */
  long heapAfterCollection() {
    memory.gc();
    return heap.stream().mapToLong(pool -> pool.getCollectionUsage().getUsed()).sum();
  }

  /** Bytes of memory that the process has, of whatever kind. */
  long resident() throws IOException {
    Matcher matcher = RESIDENT.matcher(Files.readString(status));
    if (!matcher.find()) {
      throw new IOException("no VmRSS in " + status);
    }
    return 1024 * Long.parseLong(matcher.group(1));
  }

  int threads() {
    return threads.getThreadCount();
  }

  /** Open files and sockets. */
  long handles() {
    return system.getOpenFileDescriptorCount();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
