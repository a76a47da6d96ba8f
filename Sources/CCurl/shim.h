#ifndef VIGIE_CCURL_SHIM_H
#define VIGIE_CCURL_SHIM_H

#include <curl/curl.h>
#include <stdint.h>

// curl_easy_setopt and curl_easy_getinfo take anything, which Swift cannot call: one function for
// each kind of argument, whose name says what the option must take.

static inline CURLcode vigie_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vigie_curl_set_offset(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

// libcurl copies the string, except that of CURLOPT_POSTFIELDS.
static inline CURLcode vigie_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vigie_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vigie_curl_set_list(CURL *handle, CURLoption option,
                                           struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

// Copied by libcurl.
static inline CURLcode vigie_curl_set_blob(CURL *handle, CURLoption option, const void *bytes,
                                           size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

typedef size_t (*vigie_curl_data)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode vigie_curl_set_data(CURL *handle, CURLoption option,
                                           vigie_curl_data function) {
    return curl_easy_setopt(handle, option, function);
}

typedef int (*vigie_curl_seek)(void *context, curl_off_t offset, int origin);

static inline CURLcode vigie_curl_set_seek(CURL *handle, vigie_curl_seek function) {
    return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, function);
}

static inline long vigie_curl_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline const char *vigie_curl_string(CURL *handle, CURLINFO info) {
    char *value = NULL;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : NULL;
}

static inline CURLcode vigie_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// The result of the only transfer of `multi`, once it has ended; -1 before that.
static inline int vigie_curl_result(CURLM *multi) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) { return (int)message->data.result; }
    }
    return -1;
}

#endif
