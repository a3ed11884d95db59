// What pages use of the wire contract. Generated from it: go generate ./shared/wire.

/** The headers that scripts set, or read. */
export const headers: {
  /** The media type of a body. */
  contentType: 'content-type';
  /** The length of a body, in bytes. */
  contentLength: 'content-length';
  /** How many seconds to wait before asking again, with 429 and 503. */
  retryAfter: 'retry-after';
  /** The secret of who made a request. */
  requestAuth: 'x-sgraph-request-auth';
  /** The token by which a sender may send. */
  accessToken: 'x-sgraph-access-token';
  /** The secret that deletes a transfer, and changes its expiry. */
  deleteAuth: 'x-sgraph-transfer-delete-auth';
  /**
   * In a reply of DownloadTransfer or DownloadURL, the permit by which the same download can be resumed without being
   * counted again, and in a request that permit.
   */
  downloadPermit: 'x-sgraph-download-permit';
  /**
   * What a client calls a download before it asks for it: 32 digits in lower case that nobody guesses. Asked again, the
   * service finds the download that was counted, and counts none.
   */
  downloadClaim: 'x-sgraph-download-claim';
  /** The part of the ciphertext that is asked for (RFC 9110, 14.2). */
  range: 'range';
  /** The ETag of what a range is asked of. */
  ifRange: 'if-range';
  /** How something on the way, and never the service, encoded a ciphertext. Its length is then not the ciphertext's. */
  contentEncoding: 'content-encoding';
  /** Names the ciphertext, which never changes; of a part, what is to be said of it when the parts are put together. */
  eTag: 'etag';
  /** Says which bytes a reply has, or with 416 how many there are. */
  contentRange: 'content-range';
};

/** The paths, by what is done there. */
export const paths: {
  /** Tells the pages what they may offer. */
  config: '/api/send/config';
  /** Says what runs, and where. */
  status: '/info/status';
  /** Tells one start of the service from another. */
  server: '/info/server';
  /** Says of what it was built. */
  versions: '/info/versions';
  /** Answers some of the transfers. */
  listTransfers: '/transfers/list';
  /** Says how one stands. */
  showTransfer(transferId: string): string;
  /** Ends one, for good. It can be repeated. */
  takeDownTransfer(transferId: string): string;
  /** Opens an upload in parts, each of which is PUT to a URL of its own. */
  initiateUpload: '/api/presigned/initiate';
  /** Says what the store has of an upload in parts that is open, and where the parts go that it lacks. */
  resumeUpload: '/api/presigned/resume';
  /** Makes the ciphertext of the parts. It can be repeated. */
  assembleUpload: '/api/presigned/complete';
  /** Gives up an upload in parts. It can be repeated. */
  cancelUpload(transferId: string, uploadId: string): string;
  /**
   * Makes a URL of the ciphertext, and counts a download. The URL can be asked again to resume it; with the permit that
   * comes with it, another is made, and no download counted.
   */
  downloadUrl(transferId: string): string;
  /** Answers the ciphertext, or a range of it, of such a URL. */
  getLink(link: string): string;
  /**
   * Opens a request for the holder of an access token, and spends a use of it for each transfer that the request
   * allows. It can be repeated.
   */
  createRequest: '/api/requests/create';
  /** Says how a request stands, to whoever has its ID. */
  requestInfo(requestId: string): string;
  /** Lists what arrived, for whoever has the request's secret. */
  requestTransfers(requestId: string): string;
  /** Ends a request for whoever has its secret. It can be repeated. */
  closeRequest(requestId: string): string;
  /** Opens a session for whoever has the API key. */
  login: '/auth/login';
  /** Says until when the session holds. */
  currentSession: '/auth/session';
  /** Ends the session in this browser. */
  logout: '/auth/logout';
  /** Tells which sessions there are. */
  listSessions: '/auth/sessions';
  /** Ends one of them. */
  endSession(sessionId: string): string;
  /** Ends all but the one that asks. */
  endOtherSessions: '/auth/sessions';
  /** Says by which provider people can sign in. */
  showSignOn: '/auth/sso';
  /** Says where at the provider they do, and begins it in this browser. */
  beginSignOn: '/auth/sso';
  /** Makes a token. */
  createToken: '/tokens/create';
  /** Ends a token until it is reactivated. */
  revokeToken(tokenName: string): string;
  /** Undoes RevokeToken; the count of uses stays. */
  reactivateToken(tokenName: string): string;
  /** Sets how many uses a token has in all. */
  updateTokenLimit(tokenName: string): string;
  /** Says how all tokens stand, the newest first. */
  listTokenDetails: '/tokens/list-details';
  /** Tells a sender how a token stands. */
  checkToken(tokenName: string): string;
  /** Opens a transfer for the holder of an access token. */
  createTransfer: '/api/transfers/create';
  /** Makes a transfer available, and spends a use of its token. It can be repeated. */
  completeTransfer(transferId: string): string;
  /** Says how a transfer stands, to whoever has its ID. It costs no download. */
  transferInfo(transferId: string): string;
  /**
   * Answers the ciphertext, or a range of it, and counts a download, but not again for whoever brings a permit whose
   * budget lasts.
   */
  downloadTransfer(transferId: string): string;
  /** Ends a transfer for whoever has its delete secret. */
  deleteTransfer(transferId: string): string;
  /**
   * Takes the word of whoever has the permit, or the claim, of a download that it arrived and was opened. It can be
   * repeated.
   */
  confirmDownload(transferId: string): string;
  /** Sets anew when a transfer ends, for whoever has its delete secret. */
  changeExpiry(transferId: string): string;
  /** Says how busy the services were over the last minutes; with the parameter series also minute by minute. */
  pulse: '/health/pulse';
  /**
   * Says how much happened over some days, as the audit trail was told: hour by hour over one day, day by day over
   * more.
   */
  activity: '/health/activity';
  /** Says how much is stored, and, where that is in a folder, how much room its disk has. */
  storage: '/health/storage';
  /** Says whether what the operators depend on answers. */
  services: '/health/services';
  /** Says what the alarms of the stack on AWS say, those that sound first. */
  alarms: '/health/alarms';
  /** Says which versions answer. */
  serving: '/health/versions';
  /** Answers a page of the trail, an audit.Page. */
  listEvents: '/audit/events';
  /**
   * Answers all of the trail that is asked for, an audit.Kept a line; with the parameter form, ChainForm, its chain.
   */
  exportEvents: '/audit/export';
  /** Answers where the trail's chain ends, an audit.Head. */
  chainHead: '/audit/head';
  /** Answers who is told of what. */
  showWebhook: '/webhook';
  /**
   * Answers the whole of their address, which may be a secret, and the secret by which they know that it comes from
   * here: no GET, so that who may only look is not told. Conflict where nobody is told of events.
   */
  revealWebhook: '/webhook/reveal';
  /** Sends a message at once, and answers what came of it. Conflict as above. */
  testWebhook: '/webhook/test';
};

/** Why something failed: what the code of an error can be. */
export const codes: {
  /** Correct the request. */
  invalid: 'invalid';
  /** Present a (valid) credential. */
  unauthorized: 'unauthorized';
  /** This credential does not allow it. */
  forbidden: 'forbidden';
  /** There is no such thing. */
  notFound: 'not_found';
  /** The thing is in another state. */
  conflict: 'conflict';
  /** It was there and will not come back. */
  gone: 'gone';
  /** The request took too long to arrive; repeat it. */
  tooSlow: 'too_slow';
  /** Send less. */
  tooLarge: 'too_large';
  /** Ask for bytes that are there. */
  outOfRange: 'out_of_range';
  /** Wait, then repeat. */
  limited: 'limited';
  /** The storage has no room left. */
  full: 'full';
  /** A dependency is away; repeat later. */
  unavailable: 'unavailable';
  /** A fault of the service. */
  internal: 'internal';
  /** None was brought, and one is needed. */
  tokenRequired: 'token_required';
  /** There is no such token. */
  tokenUnknown: 'token_unknown';
  /** It was withdrawn. */
  tokenRevoked: 'token_revoked';
  /** All its uses are spent. */
  tokenExhausted: 'token_exhausted';
  /** Another token has the name. */
  tokenNameTaken: 'token_name_taken';
  /** Who keeps the tokens cannot be asked; repeat later. */
  tokenCheckUnavailable: 'token_check_unavailable';
  /** There is none of that ID, or it is another sender's. */
  transferNotFound: 'transfer_not_found';
  /** Its sender deleted it. */
  deleted: 'deleted';
  /** Who runs the service took it down. */
  takenDown: 'taken_down';
  /** Its time is over. */
  expired: 'expired';
  /** It was downloaded as often as its sender allowed. */
  exhausted: 'exhausted';
  /** Another transfer has the ID that was chosen. */
  idTaken: 'id_taken';
  /** Its ciphertext has not arrived. */
  notUploaded: 'not_uploaded';
  /** It takes no upload any more. */
  notPending: 'not_pending';
  /** Its sender has not completed it yet. */
  notCompleted: 'not_completed';
  /** Its label is not a sealed one. */
  badLabel: 'bad_label';
  /** It was created without a delete secret. */
  deleteNotEnabled: 'delete_not_enabled';
  /** The delete secret was not brought. */
  deleteSecretRequired: 'delete_secret_required';
  /** The delete secret is not the one it was created with. */
  wrongDeleteSecret: 'wrong_delete_secret';
  /** Nothing was sent. */
  emptyBody: 'empty_body';
  /** The request broke off; send it again. */
  incompleteBody: 'incomplete_body';
  /** It is not encrypted. */
  notCiphertext: 'not_ciphertext';
  /** It is a sealed file, but cut short or damaged; send it again. */
  damaged: 'damaged';
  /** It is sealed in a version that the service does not know. */
  unknownVersion: 'unknown_version';
  /** It is not as long as was declared. */
  sizeMismatch: 'size_mismatch';
  /** It is too large for this route; go by presigned URLs. */
  usePresigned: 'use_presigned';
  /** The sender has as much under way as may be; complete or cancel some. */
  tooManyPending: 'too_many_pending';
  /** No such upload in parts is open. */
  uploadNotFound: 'upload_not_found';
  /** The parts that were named are not those that were uploaded. */
  partsMismatch: 'parts_mismatch';
  /** There is none of that ID. */
  requestNotFound: 'request_not_found';
  /** What the sender showed is of no request that there is. */
  requestUnknown: 'request_unknown';
  /** As many transfers arrived as it allows. */
  requestFull: 'request_full';
  /** Its maker closed it, or has no token any more. */
  requestClosed: 'request_closed';
  /** Its time is over. */
  requestExpired: 'request_expired';
  /** The secret of its maker was not brought. */
  requestSecretRequired: 'request_secret_required';
  /** That secret is another one. */
  wrongRequestSecret: 'wrong_request_secret';
  /** A transfer to it has no key sealed to its maker. */
  badSealedKey: 'bad_sealed_key';
  /** The service did not make it. */
  linkNotGenuine: 'link_not_genuine';
  /** It held for a while, which is over; ask for a new one. */
  linkExpired: 'link_expired';
  /** It is for something else. */
  linkMismatch: 'link_mismatch';
  /** Its download was begun again as often as it may be. */
  permitSpent: 'permit_spent';
  /** Neither the API key nor a session was brought. */
  apiKeyRequired: 'api_key_required';
  /** It is not the API key. */
  wrongApiKey: 'wrong_api_key';
  /** Log in again. */
  sessionExpired: 'session_expired';
  /** The cookie is not genuine; log in again. */
  sessionInvalid: 'session_invalid';
  /** The session is a viewer's. */
  operatorRequired: 'operator_required';
  /** The provider's answer is missing, late, or not to be believed. */
  signOnFailed: 'sign_on_failed';
  /** The provider knows the person, who may not come in here. */
  noRole: 'no_role';
  /** The provider cannot be asked; repeat later. */
  signOnUnavailable: 'sign_on_unavailable';
  /** The path has another method. */
  methodNotAllowed: 'method_not_allowed';
  /** A page of another site made the browser ask. */
  crossSite: 'cross_site';
};

/** What the service takes. */
export type ConfigReply = {
  max_bytes: number;
  direct_bytes: number;
  default_ttl_seconds: number;
  max_ttl_seconds: number;
  token_required: boolean;
  version: string;
};

/** How a transfer stands for an operator. */
export type TransferOverview = {
  transfer_id: string;
  status: string;
  payload_bytes: number;
  token: string;
  request: string;
  created_at: string;
  expires_at: string;
  download_count: number;
  max_downloads: number;
  downloads_completed: number;
  erased: boolean;
};

/** A part that the store has. */
export type UploadedPart = { part_number: number; size: number; etag: string };

/** Where one part is PUT. */
export type PartURL = { part_number: number; upload_url: string };

/**
 * How it stands: by the word of the ledger and the store. Where the parts were put together already it has nothing but
 * TransferID and Assembled.
 */
export type ResumeUploadReply = {
  transfer_id: string;
  upload_id?: string;
  part_size?: number;
  file_size_bytes?: number;
  parts?: UploadedPart[];
  part_urls?: PartURL[];
  assembled?: boolean;
};

/** Where a ciphertext is. */
export type DownloadURLReply = { transfer_id: string; download_url: string; expires_in: number };

/** A request that waits for files. */
export type CreateRequestReply = { request_id: string; expires_at: string };

/** How a request stands. */
export type RequestInfoReply = {
  request_id: string;
  public_key: string;
  status: string;
  label?: string;
  max_transfers: number;
  transfers_left: number;
  max_bytes: number;
  created_at: string;
  expires_at: string;
};

/** A transfer that was sent to a request. */
export type ArrivedTransfer = {
  transfer_id: string;
  status: string;
  payload_bytes: number;
  created_at: string;
  expires_at: string;
  sealed_key: string;
};

/** What arrived for a request, the earliest first. */
export type RequestTransfersReply = { request_id: string; transfers: ArrivedTransfer[] };

/** One of them. */
export type Session = {
  session_id: string;
  current: boolean;
  created_at: string;
  used_at: string;
  expires_at: string;
  client: string;
  browser: string;
  role: string;
  person?: string;
  name?: string;
};

/** A session: the reply to Login and CurrentSession. */
export type SessionReply = { expires_at: string; role: string; person?: string; name?: string };

/** What a token is made from. All of it can be left out: the name is random then, and there are 50 uses. */
export type CreateTokenRequest = {
  token_name?: string;
  usage_limit: number;
  created_by?: string;
  metadata?: Record<string, unknown>;
};

/** What else the console shows of a token. */
export type TokenDetails = {
  token_name: string;
  usage_limit: number;
  usage_count: number;
  status: string;
  created_by: string;
  metadata: Record<string, unknown>;
  cache_id: string;
  created_at: string;
  remaining: number;
  invite_url?: string;
};

/** What a sender is told of a token. */
export type CheckTokenReply = {
  valid: boolean;
  reason?: string;
  status?: string;
  remaining?: number;
  unlimited?: boolean;
};

/** How a transfer stands. */
export type TransferInfoReply = {
  transfer_id: string;
  status: string;
  file_size_bytes: number;
  payload_bytes: number;
  arrived_bytes?: number;
  content_type_hint: string;
  created_at: string;
  expires_at: string;
  is_expired: boolean;
  download_count: number;
  max_downloads: number;
  downloads_remaining: number;
  is_exhausted: boolean;
  downloads_completed: number;
  erased: boolean;
  taken_down: boolean;
  delete_enabled: boolean;
  label?: string;
};

/** When it ends. */
export type ChangeExpiryReply = { transfer_id: string; expires_at: string };

/** How much transfers have stored, as the ledger knows it. */
export type StorageReply = {
  transfers: number;
  bytes: number;
  more: boolean;
  counted_at: string;
  free_bytes?: number;
  total_bytes?: number;
};

/** What an alarm says. */
export type Alarm = {
  name: string;
  region: string;
  state: string;
  since: string;
  reason: string;
  means: string;
  playbook?: string;
};

/** What alarms say. */
export type AlarmsReply = { status: string; alarms: Alarm[]; missing: string[]; asked_at?: string };

/** A published version, and, while calls go from one to another, a second with how many of a hundred go there. */
export type AliasPointer = { version: string; other?: string; percent?: number };

/** Where the aliases of a service's function point. */
export type FunctionServing = { service: string; live: AliasPointer; next?: AliasPointer };

/**
 * Which versions answer: of the services as they say themselves, and of functions as the aliases that are called point
 * at them.
 */
export type ServingReply = {
  admin: string;
  function?: string;
  user?: string;
  functions: FunctionServing[];
  asked_at?: string;
};

/** Who is told of what. */
export type WebhookReply = { status: string; host?: string; events: string[] };

/** What only operators may know of it. */
export type RevealWebhookReply = { url: string; secret: string };

/** What came of a message. */
export type TestWebhookReply = { status: string; detail?: string };

/** What happened in a minute. */
export type MinuteCounts = { minute: string; requests: number; visitors: number; transfers: number };

/** How much happened in some time, as the trail was told. */
export type Totals = {
  created: number;
  completed: number;
  downloads: number;
  confirmed: number;
  ended: number;
  refused: number;
  bytes_completed: number;
  bytes_downloaded: number;
};

/** Something that was done, or tried. */
export type Event = {
  time: string;
  event: string;
  outcome: string;
  request?: string;
  client?: string;
  transfer?: string;
  token?: string;
  person?: string;
  reason?: string;
  bytes?: number;
  count?: number;
  last?: string;
};
