// A gRPC load client that sends different bodies in turn, and believes no answer that is not grpc-status 0.
//
// h2load sends the same body with every request. A model then walks the same way through its trees
// each time, the processor learns the way by heart, and the figure is one that no bank will ever see.
// This client does what `h2load -c C -m M -n N -d FILE` does, with a file of many bodies.
//
//     rotate PORT PATH CONNECTIONS STREAMS REQUESTS BODIES
//
// BODIES holds, for each body, its length as a 32-bit little-endian number and its bytes.
// Prints one line of JSON: requests, seconds, ok (grpc-status 0), failed, data_bytes.
// One thread; built by harness/rotate.py.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OUT_BYTES = 1 << 16, IN_BYTES = 1 << 16, WINDOW = (1 << 30) - 1, CONNECTIONS_MAX = 4096 };

struct body {
    const uint8_t *bytes;
    size_t length;
};

// One call in flight; `sent` bytes of the body are already in frames.
struct call {
    const struct body *body;
    size_t sent;
    int ok;  // 1 once grpc-status 0 was seen
};

struct connection {
    int socket;
    int wants_write;  // whether epoll watches for it
    nghttp2_session *session;
    uint8_t out[OUT_BYTES];  // bytes taken from the session and not yet accepted by the kernel
    size_t out_length;
    struct call *calls;  // STREAMS of them
    int *unused;         // indices of the free ones, a stack
    int unused_count;
};

static struct body *bodies;
static size_t bodies_count;
static uint64_t next_body, started, finished, requests, ok, failed, data_bytes;
static const char *path;
static char authority[32];

static void stop(const char *what) {
    perror(what);
    exit(2);
}

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *out, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *user) {
    (void)session, (void)stream, (void)user;
    struct call *call = source->ptr;
    size_t left = call->body->length - call->sent;
    size_t length = left < room ? left : room;
    memcpy(out, call->body->bytes + call->sent, length);
    call->sent += length;
    if (length == left) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)length;
}

static nghttp2_nv header(const char *name, const char *value) {
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
                        NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

static void begin_calls(struct connection *connection) {
    while (connection->unused_count > 0 && started < requests) {
        struct call *call = &connection->calls[connection->unused[--connection->unused_count]];
        *call = (struct call){.body = &bodies[next_body++ % bodies_count]};
        char length[24];
        snprintf(length, sizeof length, "%zu", call->body->length);
        // h2load's fields, so that the server's work is the same.
        nghttp2_nv fields[] = {header(":method", "POST"),
                               header(":scheme", "http"),
                               header(":authority", authority),
                               header(":path", path),
                               header("user-agent", "h2load"),
                               header("content-length", length),
                               header("content-type", "application/grpc"),
                               header("te", "trailers")};
        fields[5].flags = NGHTTP2_NV_FLAG_NO_COPY_NAME;  // `length` ends with this round
        nghttp2_data_provider provider = {.source.ptr = call, .read_callback = read_body};
        int32_t stream = nghttp2_submit_request(connection->session, NULL, fields,
                                                sizeof fields / sizeof *fields, &provider, call);
        if (stream < 0) {
            fprintf(stderr, "submit: %s\n", nghttp2_strerror(stream));
            exit(2);
        }
        started++;
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *user) {
    (void)flags, (void)user;
    if (name_length == 11 && memcmp(name, "grpc-status", 11) == 0) {
        struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
        if (call) call->ok = value_length == 1 && value[0] == '0';
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data,
                   size_t length, void *user) {
    (void)session, (void)flags, (void)stream, (void)data, (void)user;
    data_bytes += length;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *user) {
    struct connection *connection = user;
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    if (call == NULL) return 0;
    finished++;
    if (code == 0 && call->ok)
        ok++;
    else
        failed++;
    connection->unused[connection->unused_count++] = (int)(call - connection->calls);
    return 0;
}

// Writes as much as the kernel takes; returns whether some is left.
static int flush(struct connection *connection) {
    for (;;) {
        while (connection->out_length < OUT_BYTES / 2) {
            const uint8_t *bytes;
            ssize_t length = nghttp2_session_mem_send(connection->session, &bytes);
            if (length < 0) exit(2);
            if (length == 0) break;
            // A frame is at most 16 KiB and nine bytes, and half of the buffer is free.
            memcpy(connection->out + connection->out_length, bytes, (size_t)length);
            connection->out_length += (size_t)length;
        }
        if (connection->out_length == 0) return 0;
        ssize_t written = write(connection->socket, connection->out, connection->out_length);
        if (written < 0 && errno == EAGAIN) return 1;
        if (written < 0) stop("write");
        connection->out_length -= (size_t)written;
        memmove(connection->out, connection->out + written, connection->out_length);
    }
}

static void serve(int poll, struct connection *connection, uint32_t events) {
    static uint8_t in[IN_BYTES];
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t length = read(connection->socket, in, sizeof in);
        if (length == 0) {
            fprintf(stderr, "the server closed a connection\n");
            exit(2);
        }
        if (length < 0 && errno != EAGAIN) stop("read");
        if (length > 0) {
            ssize_t taken = nghttp2_session_mem_recv(connection->session, in, (size_t)length);
            if (taken < 0) {
                fprintf(stderr, "receive: %s\n", nghttp2_strerror((int)taken));
                exit(2);
            }
        }
    }
    begin_calls(connection);
    int left = flush(connection);
    if (left != connection->wants_write) {
        struct epoll_event event = {EPOLLIN | (left ? EPOLLOUT : 0), {.ptr = connection}};
        epoll_ctl(poll, EPOLL_CTL_MOD, connection->socket, &event);
        connection->wants_write = left;
    }
}

static struct connection *connect_to(int port, int streams, nghttp2_session_callbacks *callbacks) {
    struct connection *connection = calloc(1, sizeof *connection);
    connection->calls = calloc((size_t)streams, sizeof *connection->calls);
    connection->unused = calloc((size_t)streams, sizeof *connection->unused);
    for (int i = 0; i < streams; i++) connection->unused[connection->unused_count++] = i;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0)
        stop("connect");
    int on = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    nghttp2_session_client_new(&connection->session, callbacks, connection);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
                                         {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
    nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
    return connection;
}

static void read_bodies(const char *name) {
    FILE *file = fopen(name, "rb");
    if (file == NULL) stop(name);
    uint8_t length[4];
    while (fread(length, 1, 4, file) == 4) {
        uint32_t bytes = length[0] | length[1] << 8 | length[2] << 16 | (uint32_t)length[3] << 24;
        uint8_t *content = malloc(bytes + 1);
        if (fread(content, 1, bytes, file) != bytes) {
            fprintf(stderr, "%s ends in the middle of a body\n", name);
            exit(2);
        }
        bodies = realloc(bodies, (bodies_count + 1) * sizeof *bodies);
        bodies[bodies_count++] = (struct body){content, bytes};
    }
    fclose(file);
    if (bodies_count == 0) {
        fprintf(stderr, "%s holds no body\n", name);
        exit(2);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **words) {
    if (count != 7) {
        fprintf(stderr, "usage: rotate PORT PATH CONNECTIONS STREAMS REQUESTS BODIES\n");
        return 2;
    }
    int port = atoi(words[1]), connections = atoi(words[3]), streams = atoi(words[4]);
    path = words[2];
    requests = strtoull(words[5], NULL, 10);
    if (port < 1 || connections < 1 || connections > CONNECTIONS_MAX || streams < 1) return 2;
    read_bodies(words[6]);
    snprintf(authority, sizeof authority, "127.0.0.1:%d", port);

    nghttp2_session_callbacks *callbacks;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);

    int poll = epoll_create1(0);
    double begin = now();
    for (int i = 0; i < connections; i++) {
        struct connection *connection = connect_to(port, streams, callbacks);
        struct epoll_event event = {EPOLLIN, {.ptr = connection}};
        epoll_ctl(poll, EPOLL_CTL_ADD, connection->socket, &event);
        serve(poll, connection, 0);
    }
    while (finished < requests) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, 10000);
        if (ready == 0) {
            fprintf(stderr, "no answer for ten seconds, %llu of %llu finished\n",
                    (unsigned long long)finished, (unsigned long long)requests);
            return 2;
        }
        for (int i = 0; i < ready; i++) serve(poll, events[i].data.ptr, events[i].events);
    }
    printf("{\"requests\": %llu, \"seconds\": %.6f, \"ok\": %llu, \"failed\": %llu, "
           "\"data_bytes\": %llu}\n",
           (unsigned long long)requests, now() - begin, (unsigned long long)ok,
           (unsigned long long)failed, (unsigned long long)data_bytes);
    return failed == 0 ? 0 : 1;
}
