/* cli/environment.c: reads the variables, the locale and the terminal.
 *
 * Called once, by main. Nothing is kept outside the struct that it returns, and nothing is changed but the character
 * type of the locale, by which the width of characters is known. */
#include "cli/environment.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A number of columns between 1 and 9999, else 0. */
static unsigned parse_columns(const char *text)
{
    unsigned columns = 0;

    for (size_t i = 0; text && text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i >= 4)
            return 0;
        columns = columns * 10 + (unsigned)(text[i] - '0');
    }
    return columns;
}

/* Empty counts as not there. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static const char *either(const char *first, const char *second)
{
    const char *value = variable(first);

    return value ? value : variable(second);
}

extern char **environ;

static apl_azure_credentials read_azure(void)
{
    return (apl_azure_credentials){
        .tenant = variable("AZURE_TENANT_ID"),
        .client_id = variable("AZURE_CLIENT_ID"),
        .client_secret = variable("AZURE_CLIENT_SECRET"),
        .certificate_path = variable("AZURE_CLIENT_CERTIFICATE_PATH"),
        .certificate_password = variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        .token_file = variable("AZURE_FEDERATED_TOKEN_FILE"),
        .identity_endpoint = variable("IDENTITY_ENDPOINT"),
        .identity_header = variable("IDENTITY_HEADER"),
        .identity_thumbprint = variable("IDENTITY_SERVER_THUMBPRINT"),
        .imds_endpoint = either("IMDS_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"),
        .msi_endpoint = variable("MSI_ENDPOINT"),
        .msi_secret = variable("MSI_SECRET"),
        .ml_client_id = variable("DEFAULT_IDENTITY_CLIENT_ID"),
        .path = variable("PATH"),
        .child_environment = (const char *const *)environ,
    };
}

apl_environment apl_environment_read(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    const char *store = getenv("APLOMB_STORE");
    apl_environment environment = {0};
    struct winsize size = {0};

    (void)setlocale(LC_CTYPE, "");
    environment.is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    environment.no_color = (no_color && *no_color) || (terminal && strcmp(terminal, "dumb") == 0);
    environment.out_is_terminal = isatty(STDOUT_FILENO) == 1;
    environment.error_is_terminal = isatty(STDERR_FILENO) == 1;
    environment.columns = parse_columns(getenv("COLUMNS"));
    environment.has_columns = environment.columns > 0;
    if (!environment.has_columns && environment.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        environment.columns = size.ws_col;
    environment.store = store && *store ? store : NULL;
    environment.proxy = either("HTTPS_PROXY", "https_proxy");
    environment.no_proxy = either("NO_PROXY", "no_proxy");
    environment.ca_file = variable("SSL_CERT_FILE");
    environment.azure_authority = variable("AZURE_AUTHORITY_HOST");
    environment.azure = read_azure();
    return environment;
}

static unsigned clamp_width(unsigned columns)
{
    if (columns == 0)
        return APL_SCREEN_WIDTH_DEFAULT;
    if (columns < APL_SCREEN_WIDTH_MIN)
        return APL_SCREEN_WIDTH_MIN;
    return columns > APL_SCREEN_WIDTH_MAX ? APL_SCREEN_WIDTH_MAX : columns;
}

apl_screen apl_environment_screen(const apl_environment *environment, bool is_file, bool no_color)
{
    bool is_terminal = environment->out_is_terminal && !is_file;

    return (apl_screen){
        .width = clamp_width(is_file ? 0 : environment->columns),
        .clips = !is_file && (is_terminal || environment->has_columns),
        .has_color = is_terminal && !environment->no_color && !no_color,
        .is_utf8 = environment->is_utf8,
        .has_drawing = is_terminal && environment->is_utf8,
    };
}

apl_screen apl_environment_messages(const apl_environment *environment)
{
    return (apl_screen){.width = APL_SCREEN_WIDTH_MAX, .is_utf8 = environment->is_utf8};
}
