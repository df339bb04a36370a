/*
 * One end of a measurement, with libzmq in C: what everything else is compared with. `bench/peers.ts` says what such a
 * program is given and what it answers; `bench/libzmq.ts` builds it.
 *
 * It is written as the manual pages of libzmq would have it: blocking calls, one I/O thread, high-water marks of 1000,
 * every message made with zmq_msg_init_size and filled with memcpy.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static void *context;
static const char *endpoint;

/* The words that follow the role and the endpoint. */
static long octets = 64, count = 1, warm = 1, parts = 1, peers = 1, topics = 0, hot = 0, drop = 0, helps = 0, curve = 0;
static double rate = 0;

/* What every message carries. */
static char *payload;

/* The keys of `curve=1`, those of `bench/peers/words.ts`. */
#define SERVER_KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define SERVER_SECRET "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
#define CLIENT_KEY "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define CLIENT_SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

/* Octets at the start of a message that say its topic, in digits. */
#define TOPIC 8

/* All topics, one after the other. */
static char *digits;

static void fail(const char *what) {
  fprintf(stderr, "Cannot %s: %s\n", what, zmq_strerror(errno));
  exit(1);
}

static void *checked(const char *what, void *result) {
  if (result == NULL) fail(what);
  return result;
}

static void check(const char *what, int result) {
  if (result == -1) fail(what);
}

static double seconds_on(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds, on a clock that only goes forward. */
static double now(void) { return seconds_on(CLOCK_MONOTONIC); }

/* Seconds, on the clock that all processes of a machine share, whatever they are written in. */
static double common_now(void) { return seconds_on(CLOCK_REALTIME); }

static void *make(int type) {
  return checked("make a socket", zmq_socket(context, type));
}

static void set(void *socket, int option, int value) {
  check("set an option", zmq_setsockopt(socket, option, &value, sizeof value));
}

static void set_key(void *socket, int option, const char *key) {
  check("set a key", zmq_setsockopt(socket, option, key, strlen(key) + 1));
}

static void as_client(void *socket) {
  if (curve == 0) return;
  set_key(socket, ZMQ_CURVE_SERVERKEY, SERVER_KEY);
  set_key(socket, ZMQ_CURVE_PUBLICKEY, CLIENT_KEY);
  set_key(socket, ZMQ_CURVE_SECRETKEY, CLIENT_SECRET);
}

static void as_server(void *socket) {
  if (curve == 0) return;
  set(socket, ZMQ_CURVE_SERVER, 1);
  set_key(socket, ZMQ_CURVE_SECRETKEY, SERVER_SECRET);
}

static void *connected(int type) {
  void *socket = make(type);
  as_client(socket);
  check("connect", zmq_connect(socket, endpoint));
  return socket;
}

static void bound(void *socket) {
  char actual[256];
  size_t length = sizeof actual;
  check("bind", zmq_bind(socket, endpoint));
  check("ask where it is bound", zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, actual, &length));
  printf("{\"endpoint\":\"%s\"}\n", actual);
}

/* Sends one frame: the payload. */
static void send_frame(void *socket, int flags) {
  zmq_msg_t message;
  zmq_msg_init_size(&message, (size_t)octets);
  memcpy(zmq_msg_data(&message), payload, (size_t)octets);
  check("send", zmq_msg_send(&message, socket, flags));
}

/* Sends one message, of as many frames as were asked for. */
static void send_message(void *socket) {
  for (long part = 1; part < parts; part++) send_frame(socket, ZMQ_SNDMORE);
  send_frame(socket, 0);
}

/* Receives one message, whole. Answers the octets in its last frame, or -1 if it must not wait and there is none. */
static long receive_message(void *socket, int flags) {
  zmq_msg_t message;
  for (;;) {
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, socket, flags) == -1) {
      if (errno == EAGAIN) return -1;
      fail("receive");
    }
    long length = (long)zmq_msg_size(&message);
    int more = zmq_msg_more(&message);
    zmq_msg_close(&message);
    if (!more) return length;
  }
}

static void expect(long length) {
  if (length == octets) return;
  fprintf(stderr, "Found %ld octets, wanted %ld\n", length, octets);
  exit(1);
}

static void await_end_of_input(void) {
  char line[256];
  while (fgets(line, sizeof line, stdin) != NULL) continue;
}

static void end(void *socket) {
  set(socket, ZMQ_LINGER, 0);
  zmq_close(socket);
}

/*
 * A socket with `peers` connections, each of which is a peer of its own to whoever has bound. All have shaken hands, and
 * no more were under way at a time than a listener's backlog holds: the system would let the rest wait for a second.
 */
static void *dialled(int type) {
  const long at_once = 50;
  void *socket = make(type), *watch = make(ZMQ_PAIR);
  check("watch", zmq_socket_monitor(socket, "inproc://watch", ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
  check("watch", zmq_connect(watch, "inproc://watch"));
  for (long i = 0; i < peers; i++) {
    check("connect", zmq_connect(socket, endpoint));
    if (i >= at_once) receive_message(watch, 0);
  }
  for (long i = 0; i < (peers < at_once ? peers : at_once); i++) receive_message(watch, 0);
  check("watch no more", zmq_socket_monitor(socket, NULL, 0));
  end(watch);
  return socket;
}

static void send_all(void *socket) {
  for (long i = 0; i < warm + count; i++) send_message(socket);
}

/* Receives all messages. Answers the seconds that those after the warm-up took. */
static double receive_all(void *socket) {
  long length = octets;
  for (long i = 0; i < warm; i++) length = receive_message(socket, 0);
  double started = now();
  for (long i = 0; i < count; i++) length = receive_message(socket, 0);
  double ended = now();
  expect(length);
  return ended - started;
}

/* PUSH or DEALER. */
static void send_role(int type) {
  void *socket = peers > 1 ? dialled(type) : connected(type);
  send_all(socket);
  await_end_of_input();
  end(socket);
}

/* PULL or ROUTER. */
static void receive_role(int type) {
  void *socket = make(type);
  as_server(socket);
  bound(socket);
  printf("{\"seconds\":%.9f}\n", receive_all(socket));
  end(socket);
}

static void *send_inproc(void *unused) {
  void *socket = connected(ZMQ_PUSH);
  send_all(socket);
  zmq_close(socket);
  return unused;
}

/* Both ends in one process, a thread for each. */
static void inproc(void) {
  pthread_t sender;
  void *socket = make(ZMQ_PULL);
  check("bind", zmq_bind(socket, endpoint));
  pthread_create(&sender, NULL, send_inproc, NULL);
  printf("{\"seconds\":%.9f}\n", receive_all(socket));
  pthread_join(sender, NULL);
  end(socket);
}

static void reply(void) {
  void *socket = make(ZMQ_REP);
  bound(socket);
  for (long i = 0; i < warm + count; i++) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    check("receive", zmq_msg_recv(&message, socket, 0));
    check("send", zmq_msg_send(&message, socket, 0));
  }
  await_end_of_input();
  end(socket);
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* Says percentiles of `count` times in seconds as microseconds. */
static void say_times(double *times, double seconds) {
  qsort(times, (size_t)count, sizeof *times, ascending);
  printf("{\"seconds\":%.9f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f}\n", seconds,
         times[(long)(0.5 * (double)(count - 1))] * 1e6, times[(long)(0.99 * (double)(count - 1))] * 1e6,
         times[(long)(0.999 * (double)(count - 1))] * 1e6);
}

static void request(void) {
  void *socket = connected(ZMQ_REQ);
  double *times = checked("allocate", calloc((size_t)count, sizeof *times));
  double begun = 0;
  for (long i = -warm; i < count; i++) {
    double started = now();
    if (i == 0) begun = started;
    send_message(socket);
    expect(receive_message(socket, 0));
    if (i >= 0) times[i] = now() - started;
  }
  say_times(times, now() - begun);
  end(socket);
}

/* An XPUB that has been told of every subscription that is to come. */
static void *publisher(void) {
  void *socket = make(ZMQ_XPUB);
  set(socket, ZMQ_XPUB_VERBOSE, 1);
  set(socket, ZMQ_XPUB_NODROP, drop == 0);
  bound(socket);
  /* Who only helps to measure a subscriber does not match: everything goes to everyone. */
  if (helps != 0) set(socket, ZMQ_XPUB_MANUAL, 1);
  for (long i = 0; i < peers * (topics > 0 ? topics : 1); i++) {
    receive_message(socket, 0);
    if (helps != 0) check("subscribe", zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0));
  }
  return socket;
}

/* Makes the next message one of another topic: far from the one before, so that no cache is warm with it. */
static void set_topic(long i) {
  if (topics > 0) memcpy(payload, digits + i % hot * 7919 % topics * TOPIC, TOPIC);
}

static void publish(void) {
  void *socket = publisher();
  for (long i = 0; i < warm + count; i++) {
    set_topic(i);
    send_message(socket);
  }
  await_end_of_input();
  end(socket);
}

static volatile bool flooding = true;

static void *watch_input(void *unused) {
  await_end_of_input();
  flooding = false;
  return unused;
}

/* Publishes until told to stop. */
static void flood(void) {
  pthread_t watch;
  void *socket = publisher();
  pthread_create(&watch, NULL, watch_input, NULL);
  double started = now();
  long sent = 0;
  for (; flooding; sent++) send_message(socket);
  printf("{\"seconds\":%.9f,\"sent\":%ld}\n", now() - started, sent);
  pthread_join(watch, NULL);
  end(socket);
}

/* As many SUB sockets as peers, each with all topics. Who only helps to measure a publisher filters nothing: XSUB. */
static void **subscribers(void) {
  void **sockets = checked("allocate", calloc((size_t)peers, sizeof *sockets));
  for (long i = 0; i < peers; i++) {
    sockets[i] = make(topics > 0 && helps != 0 ? ZMQ_XSUB : ZMQ_SUB);
    /* Subscriptions beyond the mark would be dropped. */
    set(sockets[i], ZMQ_SNDHWM, 0);
    check("connect", zmq_connect(sockets[i], endpoint));
    if (topics == 0) check("subscribe", zmq_setsockopt(sockets[i], ZMQ_SUBSCRIBE, "", 0));
    for (long topic = 0; topic < topics; topic++) {
      char request[1 + TOPIC] = {1};
      memcpy(request + 1, digits + topic * TOPIC, TOPIC);
      if (helps != 0) check("subscribe", zmq_send(sockets[i], request, sizeof request, 0));
      else check("subscribe", zmq_setsockopt(sockets[i], ZMQ_SUBSCRIBE, request + 1, TOPIC));
    }
  }
  return sockets;
}

static void subscribe(void) {
  void **sockets = subscribers();
  zmq_pollitem_t *items = checked("allocate", calloc((size_t)peers, sizeof *items));
  for (long i = 0; i < peers; i++) items[i] = (zmq_pollitem_t){.socket = sockets[i], .events = ZMQ_POLLIN};
  const long cold = warm * peers, all = (warm + count) * peers;
  double started = 0;
  for (long arrived = 0; arrived < all;) {
    check("poll", zmq_poll(items, (int)peers, -1));
    for (long i = 0; i < peers; i++) {
      if ((items[i].revents & ZMQ_POLLIN) == 0) continue;
      /* A few at a time, so that no socket waits long for its turn. */
      for (int taken = 0; taken < 100 && arrived < all; taken++) {
        long length = receive_message(sockets[i], ZMQ_DONTWAIT);
        if (length == -1) break;
        expect(length);
        if (++arrived == cold) started = now();
      }
    }
  }
  printf("{\"seconds\":%.9f}\n", now() - started);
  for (long i = 0; i < peers; i++) end(sockets[i]);
}

/* Subscribes, and reads nothing. */
static void stall(void) {
  void **sockets = subscribers();
  await_end_of_input();
  for (long i = 0; i < peers; i++) end(sockets[i]);
}

/* Sends at an even rate. Every message begins with the time at which it was due. */
static void pace(void) {
  peers = 1;
  void *socket = dialled(ZMQ_PUSH);
  double started = common_now();
  for (long i = 0; i < warm + count; i++) {
    double due = started + (double)i / rate;
    while (common_now() < due) sched_yield();
    memcpy(payload, &due, sizeof due);
    send_message(socket);
  }
  await_end_of_input();
  end(socket);
}

/* Receives what `pace` sends, and says how late each message came. */
static void observe(void) {
  void *socket = make(ZMQ_PULL);
  bound(socket);
  double *times = checked("allocate", calloc((size_t)count, sizeof *times));
  double begun = 0;
  for (long i = -warm; i < count; i++) {
    zmq_msg_t message;
    double due;
    zmq_msg_init(&message);
    check("receive", zmq_msg_recv(&message, socket, 0));
    double arrived = common_now();
    memcpy(&due, zmq_msg_data(&message), sizeof due);
    zmq_msg_close(&message);
    if (i == 0) begun = arrived;
    if (i >= 0) times[i] = arrived - due;
  }
  say_times(times, common_now() - begun);
  end(socket);
}

/* Octets of memory in use. */
static long resident(void) {
  long pages = 0;
  FILE *file = checked("read /proc/self/statm", fopen("/proc/self/statm", "r"));
  if (fscanf(file, "%*d %ld", &pages) != 1) fail("read /proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

/* Accepts whoever comes, and says how much memory it takes whenever it is asked. */
static void idle(void) {
  char line[256];
  void *socket = make(ZMQ_PULL);
  as_server(socket);
  bound(socket);
  while (fgets(line, sizeof line, stdin) != NULL) printf("{\"resident\":%ld}\n", resident());
  end(socket);
}

/* Says when as many connections as asked for are there. */
static void dial(void) {
  void *socket = dialled(ZMQ_PUSH);
  printf("{\"connected\":%ld}\n", peers);
  await_end_of_input();
  end(socket);
}

/* One handshake after the other, each of a fresh socket. */
static void handshakes(void) {
  double started = 0;
  for (long i = -warm; i < count; i++) {
    char address[64];
    if (i == 0) started = now();
    snprintf(address, sizeof address, "inproc://watch-%ld", i + warm);
    void *socket = make(ZMQ_PUSH), *watch = make(ZMQ_PAIR);
    as_client(socket);
    check("watch", zmq_socket_monitor(socket, address, ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
    check("watch", zmq_connect(watch, address));
    check("connect", zmq_connect(socket, endpoint));
    receive_message(watch, 0);
    end(socket);
    end(watch);
  }
  printf("{\"seconds\":%.9f}\n", now() - started);
}

static void push(void) { send_role(ZMQ_PUSH); }
static void pull(void) { receive_role(ZMQ_PULL); }
static void dealer(void) { send_role(ZMQ_DEALER); }
static void router(void) { receive_role(ZMQ_ROUTER); }

static const struct {
  const char *name;
  void (*play)(void);
} ROLES[] = {
    {"push", push},       {"pull", pull},           {"dealer", dealer},   {"router", router}, {"inproc", inproc},
    {"request", request}, {"reply", reply},         {"publish", publish}, {"flood", flood},   {"stall", stall},
    {"pace", pace},       {"subscribe", subscribe}, {"observe", observe}, {"idle", idle},     {"dial", dial},
    {"handshakes", handshakes},
};

/* Takes `key=value`; words for others, like `calls=await`, are passed over. */
static void take_word(const char *word) {
  const struct {
    const char *key;
    long *value;
  } words[] = {{"octets=", &octets}, {"count=", &count},   {"warm=", &warm}, {"parts=", &parts},
               {"peers=", &peers},   {"topics=", &topics}, {"hot=", &hot}, {"drop=", &drop}, {"helps=", &helps},
               {"curve=", &curve}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i].key);
    if (strncmp(word, words[i].key, length) == 0) *words[i].value = atol(word + length);
  }
  if (strncmp(word, "rate=", 5) == 0) rate = atof(word + 5);
}

static void write_topics(void) {
  digits = checked("allocate", calloc((size_t)topics + 1, TOPIC));
  for (long topic = 0; topic < topics; topic++) {
    long rest = topic;
    for (int at = TOPIC - 1; at >= 0; at--, rest /= 10) digits[topic * TOPIC + at] = (char)('0' + rest % 10);
  }
}

int main(int argc, char **argv) {
  int major, minor, patch;
  zmq_version(&major, &minor, &patch);
  if (argc == 2 && strcmp(argv[1], "version") == 0) {
    printf("{\"version\":\"%d.%d.%d\"}\n", major, minor, patch);
    return 0;
  }
  if (argc < 3) {
    fprintf(stderr, "Usage: libzmq <role> <endpoint> [key=value ...]\n");
    return 2;
  }
  endpoint = argv[2];
  for (int i = 3; i < argc; i++) take_word(argv[i]);
  payload = checked("allocate", calloc(1, (size_t)(octets > TOPIC ? octets : TOPIC)));
  write_topics();
  if (hot == 0) hot = topics;
  setvbuf(stdout, NULL, _IOLBF, 0);

  /* Thousands of connections are as many file descriptors. */
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  context = checked("make a context", zmq_ctx_new());
  zmq_ctx_set(context, ZMQ_MAX_SOCKETS, zmq_ctx_get(context, ZMQ_SOCKET_LIMIT));

  for (size_t i = 0; i < sizeof ROLES / sizeof *ROLES; i++) {
    if (strcmp(argv[1], ROLES[i].name) != 0) continue;
    ROLES[i].play();
    /*
     * All has been delivered, so the context needs no ending; and it would wait for ever, now and then, for an XPUB
     * whose subscribers leave at the same time.
     */
    return 0;
  }
  fprintf(stderr, "Cannot play %s: there is no such role\n", argv[1]);
  return 2;
}
