/* The launcher that users feel least: asks the daemon, as PROTOCOL.md says. It knows one way only; whatever else there is
 * to do (start a daemon, build without one) is done by fbuild.sh beside it, which starts the launcher in Node. */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 250, LOOKS = 20, LONGEST_TICKS = 40, DEAF_MS = 20, DEAF_TICKS = 12, FAREWELL_MS = 100, LONGEST = 1 << 24 };

extern char **environ;
static char **arguments;
static int daemon_fd, daemon_pid, signals[2], signalled, last, heard, looks, asked, closed[3];
static char folder[PATH_MAX], *request_at, *request_end;
static struct timespec started;

/* Hands over to the launcher that can do everything, without the daemon if that has been asked. Only before it begins. */
static void hand_over(void) {
  char own[PATH_MAX + 16];
  ssize_t length = readlink("/proc/self/exe", own, PATH_MAX);
  if (length > 0) own[length] = 0;
  else if (!strchr(arguments[0], '/') || !realpath(arguments[0], own)) strcpy(own, DIST "/fbuild"); /* no /proc */
  strcpy(strrchr(own, '/'), "/fbuild.sh");
  if (daemon_fd > 0) setenv("FBUILD_DAEMON", "off", 1);
  signal(SIGPIPE, SIG_DFL), execv(own, arguments);
  fprintf(stderr, "fbuild: cannot start %s: %s\n", own, strerror(errno));
  exit(3);
}

/* Ends without an answer. */
static void leave(int status, const char *why) {
  fprintf(stderr, "fbuild: %s %s/log\n", why, folder);
  exit(status);
}

/* Sends all of it; 0 when the daemon is gone. */
static int send_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = write(daemon_fd, bytes, length);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return 0;
    bytes += sent, length -= sent;
  }
  return 1;
}

static int send_frame(char type, const char *payload, size_t length) {
  char head[5] = {length >> 24, length >> 16, length >> 8, length, type};
  return send_all(head, 5) && send_all(payload, length);
}

static int columns(void) {
  struct winsize size;
  return ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void on_signal(int number) {
  int before = errno;
  if (write(signals[1], &(char){number}, 1) < 0) {}
  errno = before;
}

/* Passes on what has come since the last time. */
static void pass_signals(void) {
  char byte, text[16];
  while (read(signals[0], &byte, 1) == 1) {
    const char *name = byte == SIGINT ? "INT" : byte == SIGTERM ? "TERM" : "HUP";
    if (byte == SIGWINCH) send_frame('W', text, sprintf(text, "%d", columns()));
    /* It may hang, or wait for something that cannot be killed. */
    else if (++signalled > 2) leave(128 + byte, "leaves the end of this to the daemon, whose log is");
    else send_frame('S', name, strlen(name)), last = byte, looks = 0;
  }
}

/* Sends one piece of stdin, or its end. */
static void send_stdin(void) {
  char bytes[65536];
  ssize_t length = read(0, bytes, sizeof bytes);
  asked = 0;
  send_frame(length > 0 ? 'I' : 'E', bytes, length > 0 ? length : 0);
}

/* Waits until a descriptor is ready, and passes on signals and stdin meanwhile; 0 when time is up (-1: never). */
static int ready(int fd, short events, int millis) {
  struct pollfd fds[3] = {{fd, events, 0}, {signals[0], POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    fds[2].fd = asked ? 0 : -1;
    if (signalled > heard && events == POLLIN) millis = DEAF_MS;
    int count = poll(fds, 3, millis);
    if (count == 0) return 0;
    if (count > 0 && fds[1].revents) pass_signals();
    if (count > 0 && fds[2].revents) send_stdin();
    if (count > 0 && fds[0].revents) return 1;
    if (signalled && events == POLLOUT) millis = FAREWELL_MS;
  }
}

/* Writes to stdout or stderr, what a pipe that is ready takes without blocking. After a signal nobody waits for a reader. */
static void put(int fd, const char *bytes, size_t length) {
  while (length > 0 && !closed[fd]) {
    if ((closed[fd] = !ready(fd, POLLOUT, signalled ? FAREWELL_MS : -1))) return;
    ssize_t written = write(fd, bytes, length < _POSIX_PIPE_BUF ? length : _POSIX_PIPE_BUF);
    if (written < 0 && errno != EINTR && errno != EAGAIN) closed[fd] = 1;
    if (written > 0) bytes += written, length -= written;
  }
}

static void begin(void) {
  struct sigaction action = {.sa_handler = on_signal};
  for (const int *one = (int[]){SIGINT, SIGTERM, SIGHUP, SIGWINCH, 0}; *one; one++) sigaction(*one, &action, NULL);
}

/* Whether the daemon hangs, asked while it has not answered: what hanging.ts says of who is slow. */
static int hangs(void) {
  static long idle, first, before = -1;
  const char *fields = "%*d (%*[^)]) %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld %ld";
  char path[64], state;
  long user, kernel;
  sprintf(path, "/proc/%d/task/%d/stat", daemon_pid, daemon_pid);
  FILE *file = fopen(path, "r");
  int told = file && fscanf(file, fields, &state, &user, &kernel) == 3;
  if (file) fclose(file);
  if ((++looks >= LOOKS && !signalled) || !told) return looks >= LOOKS && !signalled;
  idle = state == 'R' || state == 'D' || user + kernel != before ? 0 : idle + 1;
  before = user + kernel, first = looks > 1 ? first : before;
  return signalled ? before - first >= DEAF_TICKS : idle >= 2 || before - first >= LONGEST_TICKS;
}

/* Appends a string with its NUL; %c and 0 end one and begin the next. */
static void append(const char *format, ...) {
  va_list values;
  va_start(values, format);
  int length = vsnprintf(request_at, request_end - request_at, format, values);
  va_end(values);
  if (length < 0 || length >= request_end - request_at) hand_over();
  request_at += length + 1;
}

/* Appends what a file of /proc holds or a link says, up to the first NUL; nothing for one that cannot be read. */
static void append_fact(const char *name) {
  char path[64];
  sprintf(path, "/proc/self/%s", name);
  size_t room = request_end - request_at - 1;
  int fd = strncmp(name, "ns/", 3) == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  ssize_t more, length = fd < 0 ? readlink(path, request_at, room) : 0;
  while (fd >= 0 && (more = read(fd, request_at + length, room - length)) > 0) length += more;
  if (fd >= 0) close(fd);
  request_at[length < 0 ? 0 : length] = 0;
  request_at += strlen(request_at) + 1;
}

/* Sends the request. What belongs to a process is for the daemon to compare with its own. */
static void send_request(int count) {
  static const char *const facts[] = {"status", "stat", "limits", "cgroup", "personality", "attr/current", "ns/cgroup",
    "ns/ipc", "ns/mnt", "ns/net", "ns/pid", "ns/time", "ns/user", "ns/uts"};
  char *request = malloc(LONGEST), cwd[PATH_MAX];
  int variables = 0, fact_count = sizeof facts / sizeof *facts;
  struct stat root;
  mode_t mask = umask(0);
  umask(mask);
  if (!request || !getcwd(cwd, sizeof cwd) || cwd[0] != '/' || stat("/", &root) != 0) hand_over();
  request_at = request, request_end = request + LONGEST;
  while (environ[variables]) variables++;
  append("fbuild-3%c" BUILD_ID "%c%d%c%o", 0, 0, fact_count + 2, 0, (unsigned)mask);
  append("%llu:%llu", (unsigned long long)root.st_dev, (unsigned long long)root.st_ino);
  for (int index = 0; index < fact_count; index++) append_fact(facts[index]);
  append("%s%c%d%c%d%d%d", cwd, 0, columns(), 0, isatty(0), isatty(1), isatty(2));
  append("%lld%c%d", (long long)started.tv_sec * 1000000000 + started.tv_nsec, 0, count);
  for (int index = 1; index <= count; index++) append("%s", arguments[index]);
  append("%d", variables);
  for (int index = 0; index < variables; index++) append("%s", environ[index]);
  if (!send_frame('H', request, request_at - request)) hand_over();
  free(request);
}

/* Connects to the daemon, where there is one that nobody else can have put there. */
static void connect_daemon(void) {
  const char *home = getenv("FBUILD_HOME"), *user = getenv("HOME");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat status;
  int length = home && *home ? snprintf(folder, sizeof folder, "%s/daemon", home)
                             : snprintf(folder, sizeof folder, "%s/.fbuild/daemon", user && *user ? user : ".");
  if (folder[0] != '/' || length + 7 > 100 || lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode)
      || status.st_uid != getuid() || (status.st_mode & 077) != 0) hand_over();
  sprintf(address.sun_path, "%.100s/socket", folder);
  daemon_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (daemon_fd < 0 || connect(daemon_fd, (struct sockaddr *)&address, sizeof address) != 0)
    close(daemon_fd), daemon_fd = 0, hand_over();
#ifdef SO_PEERCRED
  struct ucred peer = {.uid = geteuid()};
  getsockopt(daemon_fd, SOL_SOCKET, SO_PEERCRED, &peer, &(socklen_t){sizeof peer});
  if (peer.uid != geteuid()) hand_over();
  daemon_pid = peer.pid;
#endif
}

int main(int count, char **given) {
  static char bytes[65536];
  const char *use = getenv("FBUILD_DAEMON"), *lost = "the daemon has died; the end of its log may say why:",
    *deaf = "the daemon did not hear of it, and was killed; its log is";
  unsigned char head[5];
  size_t have = 0, left = 0, begun = 0, status = 0;
  arguments = given;
  clock_gettime(CLOCK_MONOTONIC, &started);
  if (count < 1 || (use && strcmp(use, "off") == 0) || (count > 1 && strcmp(given[1], "daemon") == 0)) hand_over();
  for (int index = 1; index < count; index++) if (strcmp(given[index], "--no-daemon") == 0) hand_over();
  for (int fd = 0; fd < 3; fd++) if (fcntl(fd, F_GETFD) < 0) hand_over();
  signal(SIGPIPE, SIG_IGN), connect_daemon();
  if (pipe(signals) != 0) hand_over();
  for (int end = 0; end < 2; end++) fcntl(signals[end], F_SETFL, O_NONBLOCK), fcntl(signals[end], F_SETFD, FD_CLOEXEC);
  fcntl(daemon_fd, F_SETFD, FD_CLOEXEC), send_request(count - 1);
  for (;;) {
    while (!ready(daemon_fd, POLLIN, begun ? -1 : LOOK_MS))
      if (hangs()) begun ? kill(daemon_pid, SIGKILL), leave(128 + last, deaf) : hand_over();
    ssize_t length = read(daemon_fd, bytes, sizeof bytes);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) begun ? leave(70, lost) : hand_over();
    for (ssize_t at = 0; at < length;) {
      if (have < 5) {
        head[have++] = bytes[at++];
        if (have < 5) continue;
        left = (size_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
      }
      size_t rest = length - at, part = left < rest ? left : rest;
      char type = head[4];
      if (type == 'B' && !begun && left == 0) begun = 1, begin();
      else if (!begun) hand_over();
      else if (type == 'O' || type == 'R') put(type == 'O' ? 1 : 2, bytes + at, part);
      else if (type == 'I' && left == 0) asked = 1;
      else if (type == 'A' && left == 0) heard++;
      else if (type == 'X') for (size_t digit = 0; digit < part; digit++) status = status * 10 + bytes[at + digit] - '0';
      else leave(70, lost);
      at += part, left -= part;
      if (left == 0 && type == 'X') exit(status);
      if (left == 0) have = 0;
    }
  }
}
