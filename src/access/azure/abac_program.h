/* access/azure/abac_program.h: the compiled form of a condition; for the abac files only.
 *
 * A postfix program: leaves push a truth, `not`, `and` and `or` combine what stands on the stack. Compiling checks that
 * the stack never passes APL_ABAC_DEPTH_MAX, so evaluating needs no check. */
#ifndef APL_ACCESS_AZURE_ABAC_PROGRAM_H
#define APL_ACCESS_AZURE_ABAC_PROGRAM_H

#include "access/azure/abac.h"

/* Azure takes 8 KB; lists of role ids make the long ones. */
#define APL_ABAC_BYTES_MAX (64u << 10)
/* Brackets in each other and operands that wait; conditions that people write stay below ten. */
#define APL_ABAC_DEPTH_MAX 128u
/* Members of all lists of a condition. */
#define APL_ABAC_VALUES_MAX 8192u

typedef enum apl_abac_source {
    APL_ABAC_LITERAL = 0,
    APL_ABAC_REQUEST,
    APL_ABAC_RESOURCE,
    APL_ABAC_PRINCIPAL,
    APL_ABAC_ENVIRONMENT,
} apl_abac_source;

/* One side of a comparison: an attribute, or literals. */
typedef struct apl_abac_operand {
    apl_abac_source source;
    apl_str attribute;
    const apl_str *values;
    uint32_t value_count;
} apl_abac_operand;

typedef enum apl_abac_family {
    APL_ABAC_STRING,
    APL_ABAC_NUMERIC,
    APL_ABAC_DATE_TIME,
    APL_ABAC_BOOL,
    APL_ABAC_GUID,
    APL_ABAC_IP,
} apl_abac_family;

typedef enum apl_abac_relation {
    APL_ABAC_EQUALS,
    APL_ABAC_STARTS_WITH,
    APL_ABAC_LIKE,
    APL_ABAC_LESS,
    APL_ABAC_LESS_EQUALS,
    APL_ABAC_GREATER,
    APL_ABAC_GREATER_EQUALS,
    APL_ABAC_MATCH, /* an address and a range */
} apl_abac_relation;

typedef struct apl_abac_operator {
    apl_str name;
    apl_abac_family family;
    apl_abac_relation relation;
    bool is_negated;
    bool ignores_case;
} apl_abac_operator;

/* ForAnyOfAnyValues and its three sisters; no quantifier is the first one. */
typedef struct apl_abac_quantifier {
    bool is_all_left;
    bool is_all_right;
} apl_abac_quantifier;

typedef enum apl_abac_kind {
    APL_ABAC_ACTION_MATCHES,
    APL_ABAC_SUB_OPERATION,
    APL_ABAC_EXISTS,
    APL_ABAC_COMPARE,
    APL_ABAC_NOT,
    APL_ABAC_AND,
    APL_ABAC_OR,
} apl_abac_kind;

typedef struct apl_abac_step {
    apl_abac_kind kind;
    const apl_abac_operator *operator;
    apl_abac_quantifier quantifier;
    apl_abac_operand left; /* patterns of ActionMatches, names of SubOperationMatches, the attribute of Exists */
    apl_abac_operand right;
} apl_abac_step;

struct apl_abac {
    const apl_abac_step *steps;
    uint32_t step_count;
    bool reads_resource;
};

/* The operator of that name, or NULL. Case does not matter: built-in roles write "boolequals". */
const apl_abac_operator *apl_abac_operator_find(apl_str name);

/* One comparison of two texts. Unread when a text is not of the operator's family. */
apl_truth apl_abac_compare(const apl_abac_operator *operator, apl_str left, apl_str right);

#endif
