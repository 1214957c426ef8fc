/* cli/environment.h: what the process was started in, read once.
 *
 * The only place that looks at environment variables: NO_COLOR, COLUMNS, TERM, APLOMB_STORE, the locale's, those of
 * proxies and certificate authorities, and those that azure-identity and the Azure CLI know. Everything else gets this
 * struct. */
#ifndef APL_CLI_ENVIRONMENT_H
#define APL_CLI_ENVIRONMENT_H

#include <stdbool.h>

#include "collect/azure/sign_in.h"
#include "report/screen.h"

typedef struct apl_environment {
    bool no_color; /* NO_COLOR is set and not empty, or TERM is dumb */
    bool is_utf8;  /* the locale's encoding */
    bool out_is_terminal;
    bool error_is_terminal;
    unsigned columns;  /* COLUMNS, else the width of the terminal; 0: not known */
    bool has_columns;  /* COLUMNS was given: fit the lines even into a pipe */
    const char *store; /* APLOMB_STORE, or NULL */
    const char *proxy; /* HTTPS_PROXY, or NULL */
    const char *no_proxy;
    const char *ca_file;         /* SSL_CERT_FILE, or NULL */
    const char *azure_authority; /* AZURE_AUTHORITY_HOST, or NULL */
    apl_azure_credentials azure; /* without cloud and way */
} apl_environment;

apl_environment apl_environment_read(void);

/* The screen that text goes to: standard output, or a file when `is_file`. */
apl_screen apl_environment_screen(const apl_environment *environment, bool is_file, bool no_color);

/* The screen of messages. */
apl_screen apl_environment_messages(const apl_environment *environment);

#endif
