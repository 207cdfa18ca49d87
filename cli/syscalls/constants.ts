// SPDX-License-Identifier: BSD-2-Clause
import * as generated from '../../userland/librump/constants.gen.ts';

/** Names of scripts that the product's own constants do not list: kernel-internal masks and sockets. */
const EXTRA: Readonly<Record<string, number>> = {
  F_WAIT: 0x10, F_FLOCK: 0x20, F_POSIX: 0x40, F_PARAM_MASK: 0xfff, F_PARAM_MAX: 4095,
  UF_SETTABLE: 0xffff, SF_SETTABLE: 0xffff0000, S_ISTXT: 0o1000, S_ISVTX: 0o1000,
  SOCK_CONN_DGRAM: 6, SOCK_FLAGS_MASK: 0xf0000000, AF_UNSPEC: 0, AF_LOCAL: 1, AF_UNIX: 1, AF_INET: 2, AF_IMPLINK: 3, AF_PUP: 4, AF_CHAOS: 5,
  AF_NS: 6, AF_ISO: 7, AF_ECMA: 8, AF_DATAKIT: 9, AF_CCITT: 10, AF_SNA: 11, AF_DECnet: 12, AF_DLI: 13,
  AF_LAT: 14, AF_HYLINK: 15, AF_APPLETALK: 16, AF_OROUTE: 17, AF_LINK: 18, AF_COIP: 20, AF_CNT: 21, AF_IPX: 23,
  AF_INET6: 24, AF_ISDN: 26, AF_NATM: 27, AF_ARP: 28, AF_BLUETOOTH: 31, AF_IEEE80211: 32, AF_MPLS: 33, AF_ROUTE: 34, AF_MAX: 35,
  SO_DEBUG: 1, SO_ACCEPTCONN: 2, SO_REUSEADDR: 4, SO_KEEPALIVE: 8, SO_DONTROUTE: 0x10, SO_BROADCAST: 0x20,
  SO_USELOOPBACK: 0x40, SO_LINGER: 0x80, SO_OOBINLINE: 0x100, SO_REUSEPORT: 0x200, SO_NOSIGPIPE: 0x800,
  SO_ACCEPTFILTER: 0x1000, SO_TIMESTAMP: 0x2000, SO_SNDBUF: 0x1001, SO_RCVBUF: 0x1002, SO_SNDLOWAT: 0x1003,
  SO_RCVLOWAT: 0x1004, SO_ERROR: 0x1007, SO_TYPE: 0x1008, SO_OVERFLOWED: 0x1009, SO_NOHEADER: 0x100a,
  SO_SNDTIMEO: 0x100b, SO_RCVTIMEO: 0x100c, SOL_SOCKET: 0xffff,
  MSG_OOB: 1, MSG_PEEK: 2, MSG_DONTROUTE: 4, MSG_EOR: 8, MSG_TRUNC: 0x10, MSG_CTRUNC: 0x20, MSG_WAITALL: 0x40,
  MSG_DONTWAIT: 0x80, MSG_BCAST: 0x100, MSG_MCAST: 0x200, MSG_NOSIGNAL: 0x400, MSG_CMSG_CLOEXEC: 0x800,
  MSG_NBIO: 0x1000, MSG_WAITFORONE: 0x2000, MSG_NOTIFICATION: 0x4000, MSG_USERFLAGS: 0xffffff,
  MSG_NAMEMBUF: 0x1000000, MSG_CONTROLMBUF: 0x2000000, MSG_IOVUSRSPACE: 0x4000000, MSG_LENUSRSPACE: 0x8000000,
  SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2, IPPROTO_ICMP: 1, IPPROTO_TCP: 6, IPPROTO_UDP: 17, TCP_NODELAY: 1,
  EV_SYSFLAGS: 0xf000, NOTE_SUBMIT: 0x1000000, NOTE_PCTRLMASK: 0xf0000000, NOTE_PDATAMASK: 0xfffff, NOTE_SIGNAL: 0x8000000,
};

const table: ReadonlyMap<string, number> = new Map([
  ...Object.entries(EXTRA),
  ...Object.entries<unknown>({ ...generated }).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
]);

/** The value of a NetBSD constant, or undefined for an unknown name. */
export function constant(name: string): number | undefined {
  return table.get(name);
}
