
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'sts' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'sts'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'sts' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show the identity of the credentials')
            [CompletionResult]::new('assume', 'assume', [CompletionResultType]::ParameterValue, 'Assume an agency, and print its credentials')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with credentials in its environment')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'List or remove cached credentials')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve credentials to other programs on loopback')
            [CompletionResult]::new('request', 'request', [CompletionResultType]::ParameterValue, 'Send a signed request to any service')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Decode the reason of an access denial')
            [CompletionResult]::new('providers', 'providers', [CompletionResultType]::ParameterValue, 'Show which credential provider is used, and why')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check network, clock, credentials and permissions')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in with IAM Identity Center in a browser (experimental)')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End the sign-in with IAM Identity Center')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sts;whoami' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;assume' {
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Id of the account of the agency, or its name (classic IAM)')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the session [default: sts-cli]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Lifetime, such as 45m or 3600 [default: 1h]')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'File of a session policy')
            [CompletionResult]::new('--policy-id', '--policy-id', [CompletionResultType]::ParameterName, 'Id of a session policy; may be repeated')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Session tag; may be repeated')
            [CompletionResult]::new('--source-identity', '--source-identity', [CompletionResultType]::ParameterName, 'Source identity of the session')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the trust policy requires')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'Serial number of your MFA device; the terminal asks for its code')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the credentials [default: env, or json with --output json]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep the credentials in a file for later (see `sts cache`)')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Print the credentials even to a terminal')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;exec' {
            [CompletionResult]::new('--agency', '--agency', [CompletionResultType]::ParameterName, 'URN of an agency to assume, or its name in your account or that of --domain')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Id of the account of the agency, or its name (classic IAM)')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the session [default: sts-cli]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Lifetime, such as 45m or 3600 [default: 1h]')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'File of a session policy')
            [CompletionResult]::new('--policy-id', '--policy-id', [CompletionResultType]::ParameterName, 'Id of a session policy; may be repeated')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Session tag; may be repeated')
            [CompletionResult]::new('--source-identity', '--source-identity', [CompletionResultType]::ParameterName, 'Source identity of the session')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the trust policy requires')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'Serial number of your MFA device; the terminal asks for its code')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep the credentials in a file for later (see `sts cache`)')
            [CompletionResult]::new('--serve', '--serve', [CompletionResultType]::ParameterName, 'Serve credentials to the command on loopback, and keep them fresh')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;cache' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cached credentials, without secrets')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove the cached credentials')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sts;cache;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;cache;clear' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Remove only those that have expired')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;cache;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cached credentials, without secrets')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove the cached credentials')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sts;cache;help;list' {
            break
        }
        'sts;cache;help;clear' {
            break
        }
        'sts;cache;help;help' {
            break
        }
        'sts;serve' {
            [CompletionResult]::new('--agency', '--agency', [CompletionResultType]::ParameterName, 'Agency to assume: its URN, or its name in the account of the caller; several form a chain')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Id of the account of the agency, or its name (classic IAM)')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the session [default: sts-cli]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Lifetime, such as 45m or 3600 [default: 1h]')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'File of a session policy')
            [CompletionResult]::new('--policy-id', '--policy-id', [CompletionResultType]::ParameterName, 'Id of a session policy; may be repeated')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Session tag; may be repeated')
            [CompletionResult]::new('--source-identity', '--source-identity', [CompletionResultType]::ParameterName, 'Source identity of the session')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the trust policy requires')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Loopback address of the server; port 0 selects a free port')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'iam, sts, pod or container; may be repeated [default: iam, pod and container]')
            [CompletionResult]::new('--project-id', '--project-id', [CompletionResultType]::ParameterName, 'Id of the project for look-ups [default: of the environment]')
            [CompletionResult]::new('--domain-id', '--domain-id', [CompletionResultType]::ParameterName, 'Id of the account for look-ups [default: of the last agency, or else of the environment]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'sh, fish, powershell, dotenv or json [default: sh; json with --output json]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;request' {
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'Method [default: GET, or POST with --data]')
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'Method [default: GET, or POST with --data]')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'Header, or @FILE with one in each line; repeatable')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Header, or @FILE with one in each line; repeatable')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Body, or @FILE, or @- for standard input; JSON unless Content-Type is set')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Body, or @FILE, or @- for standard input; JSON unless Content-Type is set')
            [CompletionResult]::new('--v11', '--v11', [CompletionResultType]::ParameterName, 'Sign with V11-HMAC-SHA256, such as --v11 cn-north-4/ecs')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Timeout of a request, in seconds')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Print the headers of the response too')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Print the headers of the response too')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Print what is signed, and how it differs from what the gateway received')
            [CompletionResult]::new('--sign-only', '--sign-only', [CompletionResultType]::ParameterName, 'Print the headers of the signed request, and do not send it')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Print the security token of --sign-only even to a terminal')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;decode' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;providers' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('--probe', '--probe', [CompletionResultType]::ParameterName, 'Request credentials as the other commands do, and show when they expire')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;doctor' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;login' {
            [CompletionResult]::new('--start-url', '--start-url', [CompletionResultType]::ParameterName, 'URL of the user portal [default: of the last sign-in]')
            [CompletionResult]::new('--sso-region', '--sso-region', [CompletionResultType]::ParameterName, 'Region in which Identity Center was enabled [default: of the last sign-in]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Id or name of the account to use, if there are several')
            [CompletionResult]::new('--permission-set', '--permission-set', [CompletionResultType]::ParameterName, 'Name of the permission set to use, or URN of its agency, if there are several')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('--no-browser', '--no-browser', [CompletionResultType]::ParameterName, 'Print the URL and the code only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;logout' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;completions' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the output and of errors')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of STS, such as cn-north-4 [default: of the environment]')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'URL of STS; plain http for loopback only [default: of the environment]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of KooCLI, and no other provider')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider, and no other (`sts providers` lists them)')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'PEM file of root certificates, in addition to those of the machine')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print attempts, providers and the clock offset to standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sts;help' {
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show the identity of the credentials')
            [CompletionResult]::new('assume', 'assume', [CompletionResultType]::ParameterValue, 'Assume an agency, and print its credentials')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with credentials in its environment')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'List or remove cached credentials')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve credentials to other programs on loopback')
            [CompletionResult]::new('request', 'request', [CompletionResultType]::ParameterValue, 'Send a signed request to any service')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Decode the reason of an access denial')
            [CompletionResult]::new('providers', 'providers', [CompletionResultType]::ParameterValue, 'Show which credential provider is used, and why')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check network, clock, credentials and permissions')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in with IAM Identity Center in a browser (experimental)')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End the sign-in with IAM Identity Center')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sts;help;whoami' {
            break
        }
        'sts;help;assume' {
            break
        }
        'sts;help;exec' {
            break
        }
        'sts;help;cache' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cached credentials, without secrets')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove the cached credentials')
            break
        }
        'sts;help;cache;list' {
            break
        }
        'sts;help;cache;clear' {
            break
        }
        'sts;help;serve' {
            break
        }
        'sts;help;request' {
            break
        }
        'sts;help;decode' {
            break
        }
        'sts;help;providers' {
            break
        }
        'sts;help;doctor' {
            break
        }
        'sts;help;login' {
            break
        }
        'sts;help;logout' {
            break
        }
        'sts;help;completions' {
            break
        }
        'sts;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
