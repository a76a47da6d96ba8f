// One call of an asynchronous gRPC server in C++, after the pattern of gRPC's own documentation
// ("Asynchronous-API tutorial" and its performance notes), with what its best users do besides: a call's
// memory is used again, messages keep their capacity, and a completion queue has one thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>

// What a completion queue hands back.
class Event {
public:
    virtual ~Event() = default;
    // `ok` as grpc::CompletionQueue::Next gave it.
    virtual void proceed(bool ok) = 0;
};

// A place for one call after another of one method: asks for a call, answers it, asks for the next.
template <class Request, class Response>
class Call final : public Event {
public:
    using Responder = grpc::ServerAsyncResponseWriter<Response>;
    // Asks the service for the next call.
    using Ask = std::function<void(grpc::ServerContext *, Request *, Responder *, Event *)>;
    using Answer = std::function<grpc::Status(Request &, Response &)>;

    Call(Ask ask, Answer answer) : ask_(std::move(ask)), answer_(std::move(answer)) { wait(); }

    void proceed(bool ok) override {
        if (finishing_ || !ok) {
            // Not ok while waiting: the server ends, and nobody asks any more.
            if (finishing_) wait();
            return;
        }
        finishing_ = true;
        grpc::Status status = answer_(request_, response_);
        if (status.ok())
            responder_->Finish(response_, status, this);
        else
            responder_->FinishWithError(status, this);
    }

private:
    void wait() {
        finishing_ = false;
        // Neither can serve a second call: made anew in the same place.
        responder_.reset();
        context_.emplace();
        responder_.emplace(&*context_);
        response_.Clear();
        ask_(&*context_, &request_, &*responder_, this);
    }

    Ask ask_;
    Answer answer_;
    std::optional<grpc::ServerContext> context_;
    std::optional<Responder> responder_;
    Request request_;
    Response response_;
    bool finishing_ = false;
};
