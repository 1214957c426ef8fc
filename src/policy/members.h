/* policy/members.h: the members that each part of a policy file may have, as the documentation writes them.
 *
 * NULL-terminated lists, for apl_check_members. */
#ifndef APL_POLICY_MEMBERS_H
#define APL_POLICY_MEMBERS_H

extern const char *const apl_rule_members[];
extern const char *const apl_rule_fix_members[];
extern const char *const apl_rule_patch_members[];
extern const char *const apl_envelope_members[];
extern const char *const apl_definition_members[];
extern const char *const apl_parameter_members[];
extern const char *const apl_policy_rule_members[];
extern const char *const apl_then_members[];
extern const char *const apl_details_members[]; /* of all effects together */
extern const char *const apl_if_not_exists_members[];
extern const char *const apl_deploy_members[];
extern const char *const apl_modify_members[];
extern const char *const apl_operation_members[];
extern const char *const apl_append_members[];
extern const char *const apl_deny_action_members[];
extern const char *const apl_manual_members[];
extern const char *const apl_initiative_members[];
extern const char *const apl_reference_members[];
extern const char *const apl_group_members[];
extern const char *const apl_assignment_members[];
extern const char *const apl_override_members[];
extern const char *const apl_resource_selector_members[];
extern const char *const apl_selector_members[];
extern const char *const apl_message_members[];
extern const char *const apl_exemption_members[];
extern const char *const apl_selector_kinds[];

#endif
