/**
 * The constants of npm `zeromq` version 5: options, socket types and states by their numbers.
 *
 * @module
 */

/** No I/O threads are here: it reads as 0, and nothing else is taken. */
export const ZMQ_AFFINITY = 4;
/** The routing id. */
export const ZMQ_IDENTITY = 5;
/** A prefix to subscribe to. */
export const ZMQ_SUBSCRIBE = 6;
/** A prefix to unsubscribe from. */
export const ZMQ_UNSUBSCRIBE = 7;
/** Of multicast. */
export const ZMQ_RATE = 8;
/** Of multicast. */
export const ZMQ_RECOVERY_IVL = 9;
/** Of multicast. */
export const ZMQ_RECOVERY_IVL_MSEC = 9;
/** The system's buffer for sending. */
export const ZMQ_SNDBUF = 11;
/** The system's buffer for receiving. */
export const ZMQ_RCVBUF = 12;
/** Cannot be read: messages come whole. */
export const ZMQ_RCVMORE = 13;
/** Cannot be read: there is no file descriptor. */
export const ZMQ_FD = 14;
/** Whether there is a message, and room for one. */
export const ZMQ_EVENTS = 15;
/** The socket type. */
export const ZMQ_TYPE = 16;
/** `linger`. */
export const ZMQ_LINGER = 17;
/** `reconnectInterval`. */
export const ZMQ_RECONNECT_IVL = 18;
/** `backlog`. */
export const ZMQ_BACKLOG = 19;
/** `reconnectMaxInterval`. */
export const ZMQ_RECONNECT_IVL_MAX = 21;
/** `maxMessageSize`. */
export const ZMQ_MAXMSGSIZE = 22;
/** `sendHighWaterMark`. */
export const ZMQ_SNDHWM = 23;
/** `receiveHighWaterMark`. */
export const ZMQ_RCVHWM = 24;
/** Of multicast. */
export const ZMQ_MULTICAST_HOPS = 25;
/** `receiveTimeout`. */
export const ZMQ_RCVTIMEO = 27;
/** `sendTimeout`. */
export const ZMQ_SNDTIMEO = 28;
/** The opposite of `ipv6`. */
export const ZMQ_IPV4ONLY = 31;
/** `lastEndpoint`. */
export const ZMQ_LAST_ENDPOINT = 32;
/** `mandatory`. */
export const ZMQ_ROUTER_MANDATORY = 33;
/** `tcpKeepalive`. */
export const ZMQ_TCP_KEEPALIVE = 34;
/** `tcpKeepaliveCount`. */
export const ZMQ_TCP_KEEPALIVE_CNT = 35;
/** `tcpKeepaliveIdle`. */
export const ZMQ_TCP_KEEPALIVE_IDLE = 36;
/** `tcpKeepaliveInterval`. */
export const ZMQ_TCP_KEEPALIVE_INTVL = 37;
/** `tcpAcceptFilter`. */
export const ZMQ_TCP_ACCEPT_FILTER = 38;
/** `immediate`. */
export const ZMQ_DELAY_ATTACH_ON_CONNECT = 39;
/** `verbosity`. */
export const ZMQ_XPUB_VERBOSE = 40;
/** Is not supported. */
export const ZMQ_ROUTER_RAW = 41;
/** `ipv6`. */
export const ZMQ_IPV6 = 42;
/** `securityMechanism`, as a number. */
export const ZMQ_MECHANISM = 43;
/** `plainServer`. */
export const ZMQ_PLAIN_SERVER = 44;
/** `plainUsername`. */
export const ZMQ_PLAIN_USERNAME = 45;
/** `plainPassword`. */
export const ZMQ_PLAIN_PASSWORD = 46;
/** `curveServer`. */
export const ZMQ_CURVE_SERVER = 47;
/** `curvePublicKey`. */
export const ZMQ_CURVE_PUBLICKEY = 48;
/** `curveSecretKey`. */
export const ZMQ_CURVE_SECRETKEY = 49;
/** `curveServerKey`. */
export const ZMQ_CURVE_SERVERKEY = 50;
/** `zapDomain`. */
export const ZMQ_ZAP_DOMAIN = 55;
/** `handover`. */
export const ZMQ_ROUTER_HANDOVER = 56;
/** `heartbeatInterval`. */
export const ZMQ_HEARTBEAT_IVL = 75;
/** `heartbeatTimeToLive`. */
export const ZMQ_HEARTBEAT_TTL = 76;
/** `heartbeatTimeout`. */
export const ZMQ_HEARTBEAT_TIMEOUT = 77;
/** `connectTimeout`. */
export const ZMQ_CONNECT_TIMEOUT = 79;
/** `ioThreads` of a context. */
export const ZMQ_IO_THREADS = 1;
/** `maxSockets` of a context. */
export const ZMQ_MAX_SOCKETS = 2;

/** PAIR. */
export const ZMQ_PAIR = 0;
/** PUB. */
export const ZMQ_PUB = 1;
/** SUB. */
export const ZMQ_SUB = 2;
/** REQ. */
export const ZMQ_REQ = 3;
/** REP. */
export const ZMQ_REP = 4;
/** DEALER. */
export const ZMQ_DEALER = 5;
/** DEALER, by its old name. */
export const ZMQ_XREQ = 5;
/** ROUTER. */
export const ZMQ_ROUTER = 6;
/** ROUTER, by its old name. */
export const ZMQ_XREP = 6;
/** PULL. */
export const ZMQ_PULL = 7;
/** PUSH. */
export const ZMQ_PUSH = 8;
/** XPUB. */
export const ZMQ_XPUB = 9;
/** XSUB. */
export const ZMQ_XSUB = 10;
/** STREAM. */
export const ZMQ_STREAM = 11;

/** There is a message. */
export const ZMQ_POLLIN = 1;
/** There is room for a message. */
export const ZMQ_POLLOUT = 2;
/** Something is wrong. */
export const ZMQ_POLLERR = 4;

/** More parts of the message follow. */
export const ZMQ_SNDMORE = 2;

/** Sockets can be monitored. */
export const ZMQ_CAN_MONITOR = 1;
/** Sockets can be disconnected. */
export const ZMQ_CAN_DISCONNECT = 1;
/** Sockets can be unbound. */
export const ZMQ_CAN_UNBIND = 1;
/** The context can be configured. */
export const ZMQ_CAN_SET_CTX = 1;

/** The socket can be used. */
export const STATE_READY = 0;
/** The socket is being bound. */
export const STATE_BUSY = 1;
/** The socket is closed. */
export const STATE_CLOSED = 2;
