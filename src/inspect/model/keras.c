/* inspect/model/keras.c: classes, functions and paths that a Keras architecture names.
 *
 * Exact module roots and class names: gadgets were found in Keras' own helper functions, so a function is harmless only
 * when it is one of the known ones. */
#include "inspect/model/keras.h"

#include "inspect/model/json_walk.h"

/* Layers that hold or load program text. */
static const char *const code_classes[] = {"Lambda",          "__lambda__", "TorchModuleWrapper", "TFSMLayer",
                                           "SavedModelLayer", "JaxLayer",   "FlaxLayer"};

/* Functions that may stand where a function is named: activations, losses, metrics. */
static const char *const functions[] = {
    "relu",
    "relu6",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
    "selu",
    "elu",
    "gelu",
    "exponential",
    "linear",
    "swish",
    "silu",
    "leaky_relu",
    "mish",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "log_softmax",
    "mse",
    "mae",
    "mape",
    "mean_squared_error",
    "mean_absolute_error",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
    "hinge",
    "huber",
    "cosine_similarity",
    "accuracy",
    "poisson",
};

static const char *const classes[] = {
    "Activation",
    "ActivityRegularization",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Bidirectional",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoryEncoding",
    "CenterCrop",
    "CompileConfig",
    "Concatenate",
    "Constant",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CosineDecay",
    "DTypePolicy",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "ExponentialDecay",
    "Flatten",
    "Ftrl",
    "Functional",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GlorotNormal",
    "GlorotUniform",
    "GroupNormalization",
    "HashedCrossing",
    "Hashing",
    "HeNormal",
    "HeUniform",
    "Identity",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "L1",
    "L1L2",
    "L2",
    "LSTM",
    "LSTMCell",
    "LayerNormalization",
    "LeakyReLU",
    "LecunNormal",
    "LecunUniform",
    "LocallyConnected1D",
    "LossScaleOptimizer",
    "Masking",
    "MaxNorm",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Mean",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Minimum",
    "Model",
    "MultiHeadAttention",
    "Multiply",
    "Nadam",
    "NonNeg",
    "Normalization",
    "Ones",
    "Orthogonal",
    "PReLU",
    "Permute",
    "RMSprop",
    "RNN",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomNormal",
    "RandomRotation",
    "RandomTranslation",
    "RandomUniform",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SGD",
    "SeparableConv1D",
    "SeparableConv2D",
    "Sequential",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "ThresholdedReLU",
    "TimeDistributed",
    "TruncatedNormal",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "VarianceScaling",
    "VersionV2",
    "Zeros",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "__keras_tensor__",
    "__tensor__",
    "__numpy__",
    "__tuple__",
    "__ellipsis__",
    "__slice__",
    "__bytes__",
    "TensorShape",
    "TypeSpec",
    "function",
    "AUC",
    "Precision",
    "Recall",
    "F1Score",
    "Huber",
    "KLDivergence",
};

/* The module or one below it. */
static bool is_below(apl_str module, const char *root)
{
    apl_str start = apl_str_from(root);

    return apl_str_starts(module, start) && (module.size == start.size || module.data[start.size] == '.');
}

static bool is_own_module(apl_str module)
{
    static const char *const places[] = {
        "keras.layers",
        "keras.models",
        "keras.optimizers",
        "keras.losses",
        "keras.metrics",
        "keras.activations",
        "keras.initializers",
        "keras.regularizers",
        "keras.constraints",
        "keras.src",
        "keras.dtype_policies",
        "keras.saving",
        "keras.engine",
        "keras_hub",
        "keras_nlp",
        "keras_cv",
        "tensorflow.keras",
        "keras.mixed_precision",
    };

    if (module.size == 0 || apl_str_equal(module, APL_STR("keras")) || apl_str_equal(module, APL_STR("builtins")))
        return true;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (is_below(module, places[i]))
            return true;
    }
    return false;
}

static void judge_function(apl_model_scan *scan, const apl_json *object, apl_str module, uint64_t offset)
{
    apl_str name = apl_json_text_of(object, "config");

    if (APL_STR_IS_AMONG(name, functions) && is_own_module(module))
        return;
    if (module.size && !apl_str_equal(module, APL_STR("builtins")))
        apl_model_found(scan->report, APL_ISSUE_CODE_LAYER, offset, "function %.*s of %.*s", APL_STR_ARG(name),
                        APL_STR_ARG(module));
    else
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OBJECT, offset, "function %.*s", APL_STR_ARG(name));
}

/* A vocabulary that is a text is the path of a file that loading reads. */
static void judge_paths(apl_model_scan *scan, const apl_json *object, uint64_t offset)
{
    static const char *const members[] = {"vocabulary", "filepath", "call_endpoint_path", "file"};
    const apl_json *config = apl_json_get(object, APL_STR("config"));

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        apl_str path = apl_json_text_of(config, members[i]);
        if (path.size)
            apl_model_found(scan->report, APL_ISSUE_EXTERNAL_PATH, offset, "%s: %.*s", members[i], APL_STR_ARG(path));
    }
}

static void judge_object(apl_model_scan *scan, const apl_json *object, uint64_t offset)
{
    apl_str class = apl_json_text_of(object, "class_name");
    apl_str module = apl_json_text_of(object, "module");
    apl_str registered = apl_json_text_of(object, "registered_name");

    if (class.size == 0)
        return;
    if (APL_STR_IS_AMONG(class, code_classes)) {
        apl_model_found(scan->report, APL_ISSUE_CODE_LAYER, offset, "%.*s", APL_STR_ARG(class));
        return;
    }
    if (apl_str_equal(class, APL_STR("function")) || apl_str_equal(class, APL_STR("builtin_function_or_method"))) {
        judge_function(scan, object, module, offset);
        return;
    }
    if (!is_own_module(module))
        apl_model_found(scan->report, APL_ISSUE_CODE_LAYER, offset, "class %.*s of %.*s", APL_STR_ARG(class),
                        APL_STR_ARG(module));
    else if (apl_str_find(registered, APL_STR(">")) >= 0 || !APL_STR_IS_AMONG(class, classes))
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OBJECT, offset, "class %.*s", APL_STR_ARG(class));
    judge_paths(scan, object, offset);
}

bool apl_keras_is_model(const apl_json *root)
{
    return apl_json_is_object(root) && apl_json_get(root, APL_STR("class_name")) &&
           apl_json_get(root, APL_STR("config"));
}

void apl_keras_judge(apl_model_scan *scan, const apl_json *root, uint64_t offset)
{
    apl_json_walk *walk = apl_memory_new(sizeof *walk);
    uint64_t layers = 0;

    judge_object(scan, root, offset);
    apl_json_walk_start(walk, root);
    for (const apl_json *at = apl_json_walk_next(walk); at; at = apl_json_walk_next(walk)) {
        judge_object(scan, at, offset);
        layers += apl_json_text_of(at, "class_name").size && apl_json_get(at, APL_STR("inbound_nodes"));
    }
    apl_memory_free(walk);
    apl_model_fact_text(scan->report, "framework", APL_STR("keras"));
    apl_model_fact_text(scan->report, "architecture", apl_json_text_of(root, "class_name"));
    apl_model_fact_text(scan->report, "version", apl_json_text_of(root, "keras_version"));
    if (layers)
        apl_model_fact_add(scan->report, "layers", layers);
}
