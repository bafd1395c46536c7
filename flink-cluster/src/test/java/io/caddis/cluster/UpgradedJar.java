// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.flink.shaded.asm9.org.objectweb.asm.ClassReader;
import org.apache.flink.shaded.asm9.org.objectweb.asm.ClassVisitor;
import org.apache.flink.shaded.asm9.org.objectweb.asm.ClassWriter;
import org.apache.flink.shaded.asm9.org.objectweb.asm.MethodVisitor;
import org.apache.flink.shaded.asm9.org.objectweb.asm.Opcodes;
import org.apache.flink.shaded.asm9.org.objectweb.asm.RecordComponentVisitor;
import org.apache.flink.shaded.asm9.org.objectweb.asm.Type;

/**
 * The job jar as a later release may have it: some records that are kept in state have one more
 * component, {@code addedLater}, that nothing reads.
 */
final class UpgradedJar {
  private static final String ADDED = "addedLater";

  private UpgradedJar() {}

  /**
   * Writes the jar.
   *
   * @param records names of the classes
   */
  static Path write(Path jar, Path upgraded, Set<String> records) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(upgraded))) {
      to.setLevel(0);
      for (ZipEntry entry : Collections.list(from.entries())) {
        to.putNextEntry(new ZipEntry(entry.getName()));
        try (InputStream in = from.getInputStream(entry)) {
          String type = entry.getName().replace('/', '.').replaceFirst("\\.class$", "");
          to.write(records.contains(type) ? withOneMore(in) : in.readAllBytes());
        }
      }
    }
    return upgraded;
  }

  private static byte[] withOneMore(InputStream record) throws IOException {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    new ClassReader(record).accept(new OneMore(writer), 0);
    return writer.toByteArray();
  }

  /** Adds the component to a record, and the constructor that takes it after all others. */
  private static final class OneMore extends ClassVisitor {
    private String name = "";
    private final StringBuilder components = new StringBuilder();

    OneMore(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visit(
        int version, int access, String type, String signature, String parent, String[] others) {
      name = type;
      super.visit(version, access, type, signature, parent, others);
    }

    @Override
    public RecordComponentVisitor visitRecordComponent(
        String component, String descriptor, String signature) {
      components.append(descriptor);
      return super.visitRecordComponent(component, descriptor, signature);
    }

    @Override
    public void visitEnd() {
      super.visitRecordComponent(ADDED, "J", null).visitEnd();
      super.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, ADDED, "J", null, null).visitEnd();

      MethodVisitor get = super.visitMethod(Opcodes.ACC_PUBLIC, ADDED, "()J", null, null);
      get.visitCode();
      get.visitVarInsn(Opcodes.ALOAD, 0);
      get.visitFieldInsn(Opcodes.GETFIELD, name, ADDED, "J");
      get.visitInsn(Opcodes.LRETURN);
      get.visitMaxs(0, 0);
      get.visitEnd();

      String others = "(" + components + ")V";
      MethodVisitor make =
          super.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "(" + components + "J)V", null, null);
      make.visitCode();
      make.visitVarInsn(Opcodes.ALOAD, 0);
      int slot = 1;
      for (Type component : Type.getArgumentTypes(others)) {
        make.visitVarInsn(component.getOpcode(Opcodes.ILOAD), slot);
        slot += component.getSize();
      }
      make.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", others, false);
      make.visitVarInsn(Opcodes.ALOAD, 0);
      make.visitVarInsn(Opcodes.LLOAD, slot);
      make.visitFieldInsn(Opcodes.PUTFIELD, name, ADDED, "J");
      make.visitInsn(Opcodes.RETURN);
      make.visitMaxs(0, 0);
      make.visitEnd();
      super.visitEnd();
    }
  }
}
