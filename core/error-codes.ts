// Lists the codes of errors with their meanings; docs/reference/errors.md is generated from these tables.

/** The classes of errors by `code`. */
export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'wrong-state'
  | 'server-away'
  | 'search-failed'
  | 'damaged-blob'
  | 'no-device';

export const ERROR_CODES: Readonly<Record<ErrorCode, string>> = {
  'invalid-input': '`SpecError`: a specification, an argument, a setting or a file is not right.',
  'not-found': '`SpecError`: the input names a search, schedule or worker that does not exist.',
  'wrong-state':
    '`SpecError`: the search is not in the state that the call needs, such as a finished search that is to be paused.',
  'server-away': '`ServiceError`: a server cannot be used; its `reason` is in the next table.',
  'search-failed': '`SearchFailedError`: a search ended without results.',
  'damaged-blob': '`BlobError`: a stored file is missing, or its bytes do not match its digest.',
  'no-device': '`DeviceError`: a device is absent, or cannot do all of the work.',
};

/** Codes that only the HTTP API has, beside those of the library. */
export type HttpCode =
  | 'bad-cursor'
  | 'cross-site'
  | 'http'
  | 'internal'
  | 'method-not-allowed'
  | 'no-results'
  | 'operator-needed'
  | 'token-needed'
  | 'too-large'
  | 'too-many-requests'
  | 'unknown-host'
  | 'wrong-token';

export const HTTP_CODES: Readonly<Record<HttpCode, string>> = {
  'bad-cursor': '400: the cursor is not one that this list gave, or belongs to another order or filter.',
  'cross-site': '403: a page of another site tried to change something.',
  http: 'Any status: the request is not valid HTTP or JSON, or has another content type.',
  internal: '500: an error of zeroscout, which the log of the program has.',
  'method-not-allowed':
    '405: nothing at this path has the method of the request; the header Allow lists those that it has.',
  'no-results': '409: the search has no results, because it runs, failed or was cancelled.',
  'operator-needed': '403: the request changes data, and its token may only read.',
  'token-needed': '401: the request has no token.',
  'too-large': '413: the body is larger than this server reads.',
  'too-many-requests': '429: too many requests or wrong tokens from one address; try again in a minute.',
  'unknown-host': '421: the server does not answer for the host that the request names.',
  'wrong-token': '401: the token is unknown.',
};

/** Why a server cannot be used: the `reason` of a ServiceError. */
export type ServiceReason =
  | 'unreachable'
  | 'timed-out'
  | 'not-temporal'
  | 'not-nats'
  | 'tls'
  | 'certificate'
  | 'credentials'
  | 'permissions'
  | 'namespace-missing'
  | 'no-jetstream'
  | 'no-cluster'
  | 'version'
  | 'stream-settings'
  | 'rejected'
  | 'not-stored'
  | 'damaged-data'
  | 'invalid-address'
  | 'closed'
  | 'not-running'
  | 'start-failed'
  | 'not-installed'
  | 'locked'
  | 'cannot-listen';

export const SERVICE_REASONS: Readonly<Record<ServiceReason, string>> = {
  unreachable: 'Nothing accepts connections at the address, or the connection was lost and did not return.',
  'timed-out': 'Something accepts connections but does not answer in time: it hangs, or is overloaded.',
  'not-temporal': 'Something other than Temporal answers at the address.',
  'not-nats': 'Something other than NATS answers at the address.',
  tls: 'Only one side uses TLS.',
  certificate:
    'A certificate or its key is missing, invalid, expired, untrusted or made out to another host.',
  credentials: 'The server refuses the credentials, or their file cannot be read.',
  permissions: 'The server accepts the credentials but does not permit the operation.',
  'namespace-missing': 'Temporal has no namespace of that name.',
  'no-jetstream': 'JetStream is not enabled on the NATS server, or not for this account.',
  'no-cluster': 'Several copies were requested of a NATS server that is in no cluster.',
  version: 'The NATS server is too old.',
  'stream-settings': 'A stream of that name exists with other settings.',
  rejected: 'The server refuses the request and would refuse it again.',
  'not-stored': 'The server did not acknowledge messages, usually because it has no room left.',
  'damaged-data': 'Stored data are damaged in every place where they are kept.',
  'invalid-address': 'The address cannot be parsed.',
  closed: 'This program has closed the connection.',
  'not-running': 'No server is configured, and no embedded server runs.',
  'start-failed': 'An embedded server ended or did not answer after its start.',
  'not-installed': 'The program of an embedded server is neither here nor can it be fetched.',
  locked:
    'Another process holds the lock on the embedded servers or their data, or the file system has no locks.',
  'cannot-listen': 'The address to listen at is in use, or not of this machine.',
};

/** What is wrong with a file or a network, or where it lies: the `reason` of an issue of a SpecError. */
export type IssueReason =
  | 'not-a-file'
  | 'outside-folder'
  | 'binary-data'
  | 'not-csv'
  | 'empty'
  | 'damaged-file'
  | 'missing-data'
  | 'too-large'
  | 'operator-set'
  | 'unsupported-operator'
  | 'invalid-node'
  | 'cycle'
  | 'image-size'
  | 'no-features'
  | 'unknown-tensor'
  | 'not-a-number';

export const ISSUE_REASONS: Readonly<Record<IssueReason, string>> = {
  'not-a-file': 'The path is a folder, a named pipe, a socket or a device, where a file is expected.',
  'outside-folder': 'A file that another file names lies outside the folders in which it may lie.',
  'binary-data': 'The file holds binary data where text is expected.',
  'not-csv': 'A table is not a CSV: a quote is broken.',
  empty: 'The file holds nothing, or only a header or comments.',
  'damaged-file': 'The file is not a readable ONNX network, or contradicts itself.',
  'missing-data': 'Numbers that an ONNX graph needs are neither in its file nor in a data file beside it.',
  'too-large': 'A file, a tensor or a constant is larger than what is read or computed.',
  'operator-set': 'An ONNX network is written in a version of the operators that is not known.',
  'unsupported-operator': 'An ONNX graph has an operator for which there is no rule.',
  'invalid-node':
    'A node of an ONNX graph has inputs that do not fit, or attributes that its operator does not support.',
  cycle: 'A node or a function of an ONNX graph depends on itself.',
  'image-size': 'An ONNX network was exported for images of another size.',
  'no-features': 'A network has fewer than two features at which it can be measured.',
  'unknown-tensor': 'An ONNX network has no tensor or module of the name that was given.',
  'not-a-number':
    'A proxy of an ONNX network is not a number: a value in the network exceeds float32, or is 0 / 0.',
};

/** The ways out of a fault that a program can take: the `code` of an `advice`. */
export type AdviceCode =
  | 'start-servers'
  | 'stop-servers'
  | 'restart-servers'
  | 'fetch-servers'
  | 'allow-modules'
  | 'measure-latencies'
  | 'search-again'
  | 'score-again'
  | 'correct-specification'
  | 'repair-by-search'
  | 'repair-store'
  | 'install-provider'
  | 'install-libraries'
  | 'find-libraries'
  | 'name-features'
  | 'export-onnx'
  | 'separate-namespaces';

export const ADVICE_CODES: Readonly<Record<AdviceCode, string>> = {
  'start-servers': 'Start the embedded servers, or configure others.',
  'stop-servers': 'Stop the embedded servers.',
  'restart-servers': 'Stop the embedded servers and start them again.',
  'fetch-servers': 'Fetch the programs of the embedded servers.',
  'allow-modules': 'Permit the code of spaces and proxies of kind module.',
  'measure-latencies': 'Measure the latencies that are missing.',
  'search-again': 'Start the search again; its scores are reused.',
  'score-again': 'Run the finished search again, which computes the scores that are no longer stored.',
  'correct-specification':
    'Correct the specification, or the worker that refused it, and start the search again.',
  'repair-by-search': 'Run the search of the damaged data again, which restores them.',
  'repair-store': 'Repair the store.',
  'install-provider': "Install ONNX Runtime's CUDA provider.",
  'install-libraries': 'Install the CUDA libraries.',
  'find-libraries': 'Name the folders of the CUDA libraries in LD_LIBRARY_PATH.',
  'name-features': 'Name the features of the network.',
  'export-onnx': 'Export the candidate in the format onnx.',
  'separate-namespaces':
    'Give each Temporal namespace a NATS account of its own, or forget those that are not used any more.',
};

/** The codes of TerminalErrors: why no repetition can complete a search. */
export type TerminalCode =
  | 'not-a-number'
  | 'too-large'
  | 'bad-name'
  | 'bad-columns'
  | 'too-many-drawn'
  | 'scores-lost';

export const TERMINAL_CODES: Readonly<Record<TerminalCode, string>> = {
  'not-a-number': 'A value that must be a number is none.',
  'too-large': 'Something is larger than what can be stored or computed.',
  'bad-name': 'A name holds characters that cannot be stored.',
  'bad-columns': 'The columns of a table are not those that it needs.',
  'too-many-drawn': 'A space has too few different candidates for the number that was requested.',
  'scores-lost': 'Scores disappear from the store as often as they are computed.',
};
