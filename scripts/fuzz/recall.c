/* Stands for a compiler in clean builds of the fuzzer: compiles each source once, then gives the same object again. What it
   takes for the same is the same words (but for the name of the object), the same source, and the same of all else that a
   project has, of which the fuzzer writes a digest. It is ROOT/clean/TOOL/bin/NAME and stands for ROOT/tools/TOOL/bin/NAME;
   ROOT/clean/world is the digest, ROOT/clean/objects what it remembers. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char own[4096], real[4096 + 64], root[4096], kept[4096 + 64], depends[4096], buffer[1 << 16];
/* FNV-1a, twice: 128 bits are enough for some thousand objects. */
static uint64_t one = 14695981039346656037u, other = 1099511628211u * 31;

static void add(const char *bytes, size_t length) {
  for (size_t at = 0; at < length; at++) {
    one = (one ^ (unsigned char)bytes[at]) * 1099511628211u;
    other = (other ^ (unsigned char)bytes[at] ^ (one >> 32)) * 1099511628211u + 7;
  }
}

static int add_file(const char *path) {
  int file = open(path, O_RDONLY);
  if (file < 0) return 0;
  for (ssize_t length; (length = read(file, buffer, sizeof buffer)) > 0;) add(buffer, length);
  close(file);
  return 1;
}

/* The copy appears whole, for two compilations may end at once. */
static int copy(const char *from, const char *to) {
  char temporary[4096 + 96];
  snprintf(temporary, sizeof temporary, "%s.%d", to, getpid());
  int in = open(from, O_RDONLY), out = in < 0 ? -1 : open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644), ok = out >= 0;
  for (ssize_t length; ok && (length = read(in, buffer, sizeof buffer)) != 0;) {
    ok = length > 0 && write(out, buffer, length) == length;
  }
  if (in >= 0) close(in);
  if (out >= 0) close(out);
  return ok && rename(temporary, to) == 0;
}

static const char *beside(const char *object) {
  snprintf(depends, sizeof depends, "%.*sd", (int)strlen(object) - 1, object);
  return depends;
}

int main(int count, char **words) {
  const char *object = 0, *source = 0;
  int compiles = 0, status;
  if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) return 70;
  char *name = strstr(own, "/clean/");
  if (!name) return 70;
  snprintf(root, sizeof root, "%.*s", (int)(name - own), own);
  snprintf(real, sizeof real, "%s/tools/%s", root, name + strlen("/clean/"));
  for (int index = 1; index < count; index++) {
    if (strcmp(words[index], "-c") == 0) compiles = 1;
    if (index > 1 && strcmp(words[index - 1], "-o") == 0) object = words[index];
    else {
      const char *end = strrchr(words[index], '.');
      if (words[index][0] != '-' && end && (!strcmp(end, ".cpp") || !strcmp(end, ".c") || !strcmp(end, ".S"))) {
        source = words[index];
      }
      add(words[index], strlen(words[index]) + 1);
    }
  }
  snprintf(kept, sizeof kept, "%s/clean/world", root);
  if (!compiles || !object || !source || !add_file(kept) || !add_file(source)) {
    execv(real, words);
    return 70;
  }
  add(name, strlen(name));
  int length = snprintf(kept, sizeof kept, "%s/clean/objects/%016llx%016llx.o", root, (unsigned long long)one,
                        (unsigned long long)other);
  kept[length - 1] = 'd';
  if (access(kept, R_OK) == 0 && copy(kept, beside(object))) {
    kept[length - 1] = 'o';
    if (copy(kept, object)) return 0;
  }
  pid_t child = fork();
  if (child == 0) {
    execv(real, words);
    _exit(70);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return 70;
  kept[length - 1] = 'o';
  if (WEXITSTATUS(status) == 0 && copy(object, kept)) {
    kept[length - 1] = 'd';
    copy(beside(object), kept);
  }
  return WEXITSTATUS(status);
}
