/*
 * Starts commands for fbuild, one at a time, in the place of a shell (ShellAgent.ts): sooner than a shell does, and it
 * tells what each command has taken. Reads strings that end with NUL from stdin:
 *
 *   TOKEN FOLDER COUNT NAME=VALUE... COUNT WORD...   where to run, the whole environment, the command
 *
 * When a command has ended, a line goes to stdout: TOKEN, exit status as a shell has it, processor time in the program's
 * own code and in the system's (us), largest resident set of it or of a descendant (kB). And one to stderr: TOKEN, status.
 * Ends with its input, and with 127 when it cannot enter the folder. Between commands it is in none that somebody may remove.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char *next(void) {
  static char *line;
  static size_t size;
  if (getdelim(&line, &size, '\0', stdin) < 0) exit(0);
  char *copy = strdup(line);
  if (copy == NULL) exit(126);
  return copy;
}

/* Strings with their count before them, and a NULL behind; `spare` places are left free in front. */
static char **list(size_t spare) {
  char *text = next();
  size_t count = strtoul(text, NULL, 10);
  free(text);
  char **strings = calloc(spare + count + 1, sizeof *strings);
  if (strings == NULL) exit(126);
  for (size_t index = 0; index < count; index++) strings[spare + index] = next();
  return strings;
}

static void forget(char **strings, size_t spare) {
  for (char **string = strings + spare; *string != NULL; string++) free(*string);
  free(strings);
}

static void enter(const char *folder) {
  if (chdir(folder) != 0) exit(127);
}

static void run(void) {
  char *token = next();
  char *folder = next();
  char **environment = list(0);
  char **words = list(1);
  char **argv = words + 1;
  struct rusage usage;
  memset(&usage, 0, sizeof usage);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  pid_t child;
  int status;
  enter(folder);
  int error = posix_spawn(&child, argv[0], &actions, NULL, argv, environment);
  if (error == ENOEXEC) {
    /* A script without a first line that says whose it is: POSIX gives it to the shell. */
    words[0] = (char *)"sh";
    error = posix_spawn(&child, "/bin/sh", &actions, NULL, words, environment);
  }
  enter("/");
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(error));
    status = error == ENOENT || error == ENOTDIR ? 127 : 126;
  } else {
    int ended;
    while (wait4(child, &ended, 0, &usage) < 0 && errno == EINTR) {}
    status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
  }
  long long user = usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec;
  long long system = usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec;
  dprintf(STDOUT_FILENO, "%s %d %lld %lld %ld\n", token, status, user, system, usage.ru_maxrss);
  dprintf(STDERR_FILENO, "%s %d\n", token, status);
  free(token);
  free(folder);
  forget(environment, 0);
  forget(words, 1);
}

int main(void) {
  for (;;) run();
}
