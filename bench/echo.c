/* A UDP echo with recvmmsg and sendmmsg: what the socket API costs at least. Usage: echo ADDRESS PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 64, PACKET = 1232, QR = 0x80 };

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: echo ADDRESS PORT\n");
    return 2;
  }
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[2]))};
  inet_pton(AF_INET, arguments[1], &own.sin_addr);
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(descriptor, (struct sockaddr *)&own, sizeof own) != 0) {
    perror("bind");
    return 1;
  }

  static unsigned char packets[BATCH][PACKET];
  static struct sockaddr_in clients[BATCH];
  static struct iovec pieces[BATCH];
  static struct mmsghdr messages[BATCH];
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      pieces[i] = (struct iovec){packets[i], PACKET};
      messages[i].msg_hdr = (struct msghdr){
          .msg_name = &clients[i], .msg_namelen = sizeof clients[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    int received = recvmmsg(descriptor, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < received; i++) {
      packets[i][2] |= QR;
      pieces[i].iov_len = messages[i].msg_len;
    }
    for (int sent = 0; sent < received;) {
      int more = sendmmsg(descriptor, messages + sent, received - sent, 0);
      if (more < 0) break;
      sent += more;
    }
  }
}
