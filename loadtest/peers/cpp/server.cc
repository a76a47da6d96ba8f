// The peer in C++: Ping, ModelInfer and ModelMetadata by asynchronous gRPC, a completion queue a thread.
//
//     cpp-peer THREADS PREDICTOR LIBRARY MODEL
//
// PREDICTOR is a libpredictor-ENGINE.so (../predictor/predictor.h), LIBRARY and MODEL are handed to it.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "call.h"
#include "infer.grpc.pb.h"
#include "model.h"
#include "ping.grpc.pb.h"

namespace {

using Diagnostics = vigie::v1::Diagnostics::AsyncService;
using Inference = inference::GRPCInferenceService::AsyncService;

// Calls that wait for a request in one queue: as many as the load has in flight, with room.
constexpr int calls_waiting = 512;

// All calls of one completion queue, served by one thread.
void serve(Diagnostics &diagnostics, Inference &inference, grpc::ServerCompletionQueue &queue,
           Model model) {
    using namespace std::placeholders;
    std::vector<std::unique_ptr<Event>> calls;
    auto add = [&]<class Request, class Response>(auto &service, auto ask, auto answer) {
        using Method = Call<Request, Response>;
        calls.push_back(std::make_unique<Method>(
            [&service, &queue, ask](auto *context, auto *request, auto *responder, Event *event) {
                (service.*ask)(context, request, responder, &queue, &queue, event);
            },
            answer));
    };
    for (int i = 0; i < calls_waiting; i++) {
        add.operator()<vigie::v1::PingRequest, vigie::v1::PingResponse>(
            diagnostics, &Diagnostics::RequestPing, [](auto &request, auto &response) {
                response.mutable_payload()->swap(*request.mutable_payload());
                return grpc::Status::OK;
            });
        add.operator()<inference::ModelInferRequest, inference::ModelInferResponse>(
            inference, &Inference::RequestModelInfer,
            [&model](auto &request, auto &response) { return model.infer(request, response); });
    }
    add.operator()<inference::ModelMetadataRequest, inference::ModelMetadataResponse>(
        inference, &Inference::RequestModelMetadata,
        [&model](auto &request, auto &response) { return model.metadata(request, response); });
    void *tag;
    bool ok;
    while (queue.Next(&tag, &ok)) static_cast<Event *>(tag)->proceed(ok);
}

Engine open_engine(const char *path) {
    void *library = dlopen(path, RTLD_NOW);
    if (library == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        std::exit(2);
    }
    return {reinterpret_cast<decltype(&predictor_open)>(dlsym(library, "predictor_open")),
            reinterpret_cast<decltype(&predictor_score)>(dlsym(library, "predictor_score"))};
}

}  // namespace

int main(int count, char **words) {
    if (count != 5 || std::atoi(words[1]) < 1) {
        std::fprintf(stderr, "usage: cpp-peer THREADS PREDICTOR LIBRARY MODEL\n");
        return 2;
    }
    const int threads = std::atoi(words[1]);
    const Engine engine = open_engine(words[2]);

    Diagnostics diagnostics;
    Inference inference;
    int port = 0;
    grpc::ServerBuilder builder;
    // Nobody asks for these here; they cost a lock and some counting a call.
    builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&diagnostics);
    builder.RegisterService(&inference);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    for (int i = 0; i < threads; i++) queues.push_back(builder.AddCompletionQueue());
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (server == nullptr) {
        std::fprintf(stderr, "the server did not start\n");
        return 2;
    }
    std::vector<std::thread> running;
    for (auto &queue : queues) {
        // Opened here: ONNX Runtime's one environment is made by the first.
        running.emplace_back(serve, std::ref(diagnostics), std::ref(inference), std::ref(*queue),
                             Model(engine, words[3], words[4]));
    }
    std::printf("peer ready: grpc 127.0.0.1:%d (h2c)\n", port);
    std::fflush(stdout);
    for (auto &thread : running) thread.join();
}
