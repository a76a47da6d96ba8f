// ModelInfer and ModelMetadata of the Open Inference Protocol for one model.
#pragma once

#include <string>
#include <vector>

#include "infer.pb.h"
#include "predictor.h"

#include <grpcpp/grpcpp.h>

// The one model that the server has, and the names it answers by.
struct ModelNames {
    std::string model = "bench-trees";
    std::string version = "1";
    std::string input = "input";
    std::string output = "probability";
};

// What predictor_open and predictor_score of a libpredictor-ENGINE.so are, found by dlsym.
struct Engine {
    decltype(&predictor_open) open;
    decltype(&predictor_score) score;
};

// The model on one thread.
class Model {
public:
    static constexpr size_t features = 30;

    Model(const Engine &engine, const char *library, const char *file)
        : engine_(engine), predictor_(engine.open(library, file, features)) {}

    grpc::Status infer(const inference::ModelInferRequest &request,
                       inference::ModelInferResponse &response) {
        if (request.model_name() != names_.model)
            return {grpc::StatusCode::NOT_FOUND, "no model of this name"};
        constexpr size_t row_bytes = features * sizeof(float);
        if (request.raw_input_contents_size() != 1 || request.raw_input_contents(0).empty() ||
            request.raw_input_contents(0).size() % row_bytes != 0)
            return {grpc::StatusCode::INVALID_ARGUMENT, "expected FP32 [N, 30] in raw contents"};
        const std::string &raw = request.raw_input_contents(0);
        size_t rows = raw.size() / row_bytes;
        response.set_model_name(names_.model);
        response.set_model_version(names_.version);
        response.set_id(request.id());
        auto &output = *response.add_outputs();
        output.set_name(names_.output);
        output.set_datatype("FP32");
        output.add_shape(static_cast<int64_t>(rows));
        output.add_shape(1);
        std::string &answers = *response.add_raw_output_contents();
        answers.resize(rows * sizeof(float));
        // A string's bytes need not be aligned for numbers.
        row_.resize(rows * features);
        scores_.resize(rows);
        raw.copy(reinterpret_cast<char *>(row_.data()), raw.size());
        engine_.score(predictor_, row_.data(), rows, scores_.data());
        answers.assign(reinterpret_cast<const char *>(scores_.data()), rows * sizeof(float));
        return grpc::Status::OK;
    }

    grpc::Status metadata(const inference::ModelMetadataRequest &request,
                          inference::ModelMetadataResponse &response) {
        if (request.name() != names_.model)
            return {grpc::StatusCode::NOT_FOUND, "no model of this name"};
        response.set_name(names_.model);
        response.add_versions(names_.version);
        describe(*response.add_inputs(), names_.input, features);
        describe(*response.add_outputs(), names_.output, 1);
        return grpc::Status::OK;
    }

private:
    static void describe(inference::ModelMetadataResponse::TensorMetadata &tensor,
                         const std::string &name, size_t width) {
        tensor.set_name(name);
        tensor.set_datatype("FP32");
        tensor.add_shape(-1);
        tensor.add_shape(static_cast<int64_t>(width));
    }

    ModelNames names_;
    Engine engine_;
    struct predictor *predictor_;
    std::vector<float> row_, scores_;
};
