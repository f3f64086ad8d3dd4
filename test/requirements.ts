/**
 * What the platform promises, one sentence a rule. A test cites the rules that it proves by id at the start of its
 * title, as in `[GATE-02] names the gate`; test/unit/requirements.test.ts sees that none goes without.
 */
export type Requirement = {
  readonly id: string;
  /** The document that promises it to the people who use or run the platform. */
  readonly source: string;
  readonly rule: string;
};

export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: "MANIFEST-01",
    source: "README.md",
    rule: "Both versions of the source documents' manifests are accepted as they stand.",
  },
  {
    id: "MANIFEST-02",
    source: "README.md",
    rule: "The JSON Schema that the platform checks manifests with is published, and takes the source documents' manifests.",
  },
  {
    id: "MANIFEST-03",
    source: "README.md",
    rule: "Every problem of a manifest is reported at once, each with a JSON pointer, a code and a sentence.",
  },
  {
    id: "MANIFEST-04",
    source: "docs/errors.md",
    rule: "A text that is not JSON, is too large or is too deep is refused with a code of its own.",
  },
  {
    id: "MANIFEST-05",
    source: "README.md",
    rule: "A schema inside a manifest is held against the meta-schema of the dialect that it names.",
  },
  {
    id: "MANIFEST-06",
    source: "docs/errors.md",
    rule: "A reference that loops, leads outside or chains without end is refused where it stands.",
  },
  {
    id: "MANIFEST-07",
    source: "README.md",
    rule: "A pattern that could backtrack without bound is refused before anything is matched with it.",
  },
  {
    id: "MANIFEST-08",
    source: "README.md",
    rule: "Unknown fields, weak or missing descriptions and the like are warnings, apart from errors, and refuse nothing.",
  },
  {
    id: "MANIFEST-09",
    source: "README.md",
    rule: "A bridge permission is one of those that the platform knows; an unknown one is refused.",
  },
  {
    id: "MANIFEST-10",
    source: "docs/operations.md",
    rule: "A base URL is https; plain http is for loopback alone.",
  },
  {
    id: "MANIFEST-11",
    source: "README.md",
    rule: "The snapshot of a manifest is one canonical text, whatever the order of its fields.",
  },
  {
    id: "OUTBOUND-01",
    source: "README.md",
    rule: "Private, link-local and loopback addresses are refused in every spelling; the development switch opens loopback only.",
  },
  {
    id: "OUTBOUND-02",
    source: "README.md",
    rule: "A call to the outside has one deadline and one size limit, follows no redirect, and never hangs.",
  },
  {
    id: "OUTBOUND-03",
    source: "README.md",
    rule: "The size limit counts the bytes after decompression, whatever length is stated.",
  },
  {
    id: "OUTBOUND-04",
    source: "README.md",
    rule: "A failure of a call to the outside names the host and nothing else.",
  },
  {
    id: "INSTALL-01",
    source: "README.md",
    rule: "A review shows what a plugin is and asks for before anything is installed, and ends after an hour.",
  },
  {
    id: "INSTALL-02",
    source: "docs/errors.md",
    rule: "Installing needs every permission key of the reviewed manifest and no other.",
  },
  {
    id: "INSTALL-03",
    source: "docs/errors.md",
    rule: "A configuration is checked against the plugin's schema, every field named.",
  },
  {
    id: "INSTALL-04",
    source: "docs/errors.md",
    rule: "An organisation has a slug installed once, also when two people confirm at once.",
  },
  {
    id: "INSTALL-05",
    source: "README.md",
    rule: "Two organisations' plugins of one slug have nothing to do with each other.",
  },
  { id: "INSTALL-06", source: "README.md", rule: "Disabling keeps grants; enabling brings them back." },
  {
    id: "INSTALL-07",
    source: "README.md",
    rule: "Uninstalling destroys secret and configuration, revokes the grants and keeps the history.",
  },
  {
    id: "INSTALL-08",
    source: "README.md",
    rule: "Moving to another manifest of the same slug keeps grants, secret and configuration.",
  },
  {
    id: "INSTALL-09",
    source: "README.md",
    rule: "A configuration is edited without reinstalling, and the next call uses it.",
  },
  { id: "SECRET-01", source: "README.md", rule: "A plugin secret is shown once and kept sealed." },
  {
    id: "SECRET-02",
    source: "docs/operations.md",
    rule: "A rotation signs with the new secret and lets the old one overlap, until the tick destroys it.",
  },
  {
    id: "SECRET-03",
    source: "docs/operations.md",
    rule: "With the only secret revoked, calls are refused and the answer says what to do.",
  },
  {
    id: "SECRET-04",
    source: "README.md",
    rule: "What is sealed opens for its purpose only, and cannot be altered.",
  },
  {
    id: "SECRET-05",
    source: "docs/operations.md",
    rule: "The master key rotates: new values under the new key, old ones readable and sealed again.",
  },
  {
    id: "SECRET-06",
    source: "docs/operations.md",
    rule: "The operator sees what an old master key is still needed for, and is told when it may be taken out.",
  },
  {
    id: "GATE-01",
    source: "README.md",
    rule: "Four gates stand in one order: installation, instance grant, tool grant, permission.",
  },
  { id: "GATE-02", source: "docs/errors.md", rule: "Every refusal names its gate and says what to do." },
  { id: "GATE-03", source: "README.md", rule: "`why` walks the same gates and changes nothing." },
  {
    id: "GATE-04",
    source: "README.md",
    rule: "A rate limit lets exactly as many calls through as it says, also side by side.",
  },
  {
    id: "GRANT-01",
    source: "README.md",
    rule: "A grant starts with the safe selection: no sensitive tools, only permissions that are on by default.",
  },
  { id: "GRANT-02", source: "README.md", rule: "What is granted to one number shows nothing on another." },
  {
    id: "GRANT-03",
    source: "docs/errors.md",
    rule: "A grant cannot name tools or permissions that the plugin does not have.",
  },
  {
    id: "GRANT-04",
    source: "README.md",
    rule: "There is one active grant for a number and an installation; revoked ones stay as history.",
  },
  {
    id: "GRANT-05",
    source: "README.md",
    rule: "A revocation stops calls at once in its own isolate and within five seconds in every other.",
  },
  {
    id: "CATALOG-01",
    source: "README.md",
    rule: "A model sees `<slug>__<tool>`: at most 64 characters of a fixed alphabet, unique and stable.",
  },
  { id: "CATALOG-02", source: "README.md", rule: "A warm call reads no database; a cold one reads once." },
  {
    id: "CATALOG-03",
    source: "README.md",
    rule: "A tool with a capability is the platform's to call and never the agent's.",
  },
  {
    id: "DISPATCH-01",
    source: "docs/verify-a-call.md",
    rule: "A plugin gets the documented request: body, headers, configuration, trace.",
  },
  {
    id: "DISPATCH-02",
    source: "README.md",
    rule: "A customer is a hash of their own for each installation; the phone number never leaves.",
  },
  {
    id: "DISPATCH-03",
    source: "README.md",
    rule: "Input is checked before it leaves, every wrong field named.",
  },
  {
    id: "DISPATCH-04",
    source: "docs/errors.md",
    rule: "A call that cannot be read is refused with a stable code.",
  },
  {
    id: "DISPATCH-05",
    source: "docs/errors.md",
    rule: "A plugin that fails in any way becomes a stable code and a text that is safe for a model.",
  },
  {
    id: "DISPATCH-06",
    source: "README.md",
    rule: "Nothing of a failing plugin's insides reaches an answer, the log or the console.",
  },
  {
    id: "DISPATCH-07",
    source: "README.md",
    rule: "After repeated failures a plugin is left alone for a while, then tried with one call.",
  },
  {
    id: "DISPATCH-08",
    source: "README.md",
    rule: "A failed tool carries fallback suggestions: the plugin's own where it has some.",
  },
  {
    id: "DISPATCH-09",
    source: "README.md",
    rule: "A second try is made once, and only for `GET` and for tools that say they are idempotent.",
  },
  {
    id: "DISPATCH-10",
    source: "docs/verify-a-call.md",
    rule: "A `GET` tool gets its input as query parameters and its context in a header.",
  },
  {
    id: "DISPATCH-11",
    source: "README.md",
    rule: "A result that breaks its own schema is handed on and noted in the record.",
  },
  {
    id: "TOKEN-01",
    source: "docs/verify-a-call.md",
    rule: "Every call carries a token signed with the plugin's secret over these bytes, for this tool.",
  },
  {
    id: "TOKEN-02",
    source: "docs/verify-a-call.md",
    rule: "A token is good for one plugin, one tool and five minutes, with a minute's leeway.",
  },
  {
    id: "TOKEN-03",
    source: "docs/verify-a-call.md",
    rule: "Only HS256 is accepted; a claim or a body that was altered is refused, without a word on why.",
  },
  {
    id: "TOKEN-04",
    source: "docs/verify-a-call.md",
    rule: "Another language verifies a call from the documentation alone.",
  },
  {
    id: "RECORD-01",
    source: "docs/operations.md",
    rule: "Each call and refusal is recorded once, however often the queue delivers it.",
  },
  {
    id: "RECORD-02",
    source: "README.md",
    rule: "Secrets and phone numbers are out of a record before it is stored, and long texts are cut.",
  },
  { id: "RECORD-03", source: "docs/cli.md", rule: "Records filter and page without skipping or repeating." },
  { id: "RECORD-04", source: "docs/operations.md", rule: "Records end after the configured number of days." },
  {
    id: "RECORD-05",
    source: "docs/operations.md",
    rule: "What no try could store waits as a dead letter for its organisation, to replay or discard once.",
  },
  {
    id: "RECORD-06",
    source: "README.md",
    rule: "Every change writes its audit entry in the same atomic batch.",
  },
  {
    id: "IDENTITY-01",
    source: "README.md",
    rule: "Another organisation's object is not there: 404, over every route, and nothing of it shows or changes.",
  },
  {
    id: "IDENTITY-02",
    source: "README.md",
    rule: "A role does what the permission table says and nothing else, over every route.",
  },
  {
    id: "IDENTITY-03",
    source: "README.md",
    rule: "An API token never does more than its scopes, nor than its creator may at the moment.",
  },
  {
    id: "IDENTITY-04",
    source: "README.md",
    rule: "A gateway key calls tools, for all numbers or one, and has no business in the control plane.",
  },
  {
    id: "IDENTITY-05",
    source: "README.md",
    rule: "A credential is shown once, kept as a hash, ends at its time and within five seconds of being revoked.",
  },
  { id: "IDENTITY-06", source: "docs/errors.md", rule: "Every bad credential gets one and the same answer." },
  {
    id: "IDENTITY-07",
    source: "README.md",
    rule: "A change by session is taken from the platform's own pages only.",
  },
  {
    id: "IDENTITY-08",
    source: "README.md",
    rule: "An organisation never loses its last owner, and only an owner makes another.",
  },
  {
    id: "IDENTITY-09",
    source: "README.md",
    rule: "Passwords are hashed with scrypt, and guessing is slowed by address.",
  },
  {
    id: "IDENTITY-10",
    source: "docs/operations.md",
    rule: "With sign-up closed, an invitation is the only way in.",
  },
  {
    id: "HTTP-01",
    source: "docs/errors.md",
    rule: "Every answer has a request id of the platform's own making.",
  },
  {
    id: "HTTP-02",
    source: "README.md",
    rule: "Security headers are on every page, and no answer's type is to be guessed.",
  },
  {
    id: "HTTP-03",
    source: "README.md",
    rule: "No other origin may read an answer, but for the manifest's public schema.",
  },
  {
    id: "HTTP-04",
    source: "docs/errors.md",
    rule: "Every refusal is a declared problem with a stable code, also for bodies that are broken, too large or of another type.",
  },
  {
    id: "HTTP-05",
    source: "README.md",
    rule: "The OpenAPI 3.1 document describes every route and declares its refusals.",
  },
  {
    id: "HTTP-06",
    source: "README.md",
    rule: "Front page, reference, health and the manifest's schema are public and bring nothing from elsewhere.",
  },
  {
    id: "HTTP-07",
    source: "docs/errors.md",
    rule: "The type of a problem leads to a page that says what its code means, and every code is on it.",
  },
  {
    id: "PLUGIN-01",
    source: "README.md",
    rule: "A first-party plugin is enabled, granted, called and disabled like any other.",
  },
  {
    id: "PLUGIN-02",
    source: "README.md",
    rule: "A first-party plugin is tested in isolation, without the platform.",
  },
  {
    id: "SDK-01",
    source: "README.md",
    rule: "The SDK verifies a call before it reads the body, and answers refusals in the documented form.",
  },
  {
    id: "SDK-02",
    source: "README.md",
    rule: "The SDK runs on any runtime with web standards and imports nothing that only one of them has.",
  },
  {
    id: "SDK-03",
    source: "README.md",
    rule: "A plugin's inputs and outputs are typed by its manifest's schemas.",
  },
  { id: "SDK-04", source: "README.md", rule: "A plugin that breaks says nothing of its insides." },
  {
    id: "CHAT-01",
    source: "docs/decisions/0022-a-turn-that-is-cut-off.md",
    rule: "Whenever the processes end, each of a customer's messages is answered once.",
  },
  {
    id: "CHAT-02",
    source: "docs/decisions/0022-a-turn-that-is-cut-off.md",
    rule: "A turn's side effect happens once, also when the turn is repeated, and when its model would say it otherwise.",
  },
  { id: "CHAT-03", source: "README.md", rule: "A message counts once under the provider's id, for ever." },
  {
    id: "CHAT-04",
    source: "README.md",
    rule: "What is written in a burst, or while a turn is under way, is answered together, once, in order.",
  },
  {
    id: "CHAT-05",
    source: "README.md",
    rule: "A webhook that is forged, altered, stale or too large is refused and leaves nothing.",
  },
  {
    id: "CHAT-06",
    source: "README.md",
    rule: "A model or plugin that fails is tried again where that can help; then the customer hears so honestly.",
  },
  {
    id: "CHAT-07",
    source: "docs/decisions/0015-conversations.md",
    rule: "What a provider may have taken is not sent to it again; what it certainly did not take is, a few times.",
  },
  {
    id: "CHAT-08",
    source: "README.md",
    rule: "Whatever a customer sends, long, empty of words or only a file, is kept whole and answered.",
  },
  {
    id: "CHAT-09",
    source: "docs/decisions/0015-conversations.md",
    rule: "News of a delivery counts by how far it is, in any order and number.",
  },
  {
    id: "CHAT-10",
    source: "README.md",
    rule: "People read the whole history, and a model the newest part that fits, calls with their results.",
  },
  {
    id: "CHAT-11",
    source: "README.md",
    rule: "Free text goes out within a day of the customer's last message, and who writes later is told.",
  },
  {
    id: "CHAT-12",
    source: "README.md",
    rule: "A customer's number is sealed in every store, shown masked, and in no log.",
  },
  {
    id: "CHAT-13",
    source: "docs/decisions/0015-conversations.md",
    rule: "A channel's credentials are sealed, shown masked, and go to the address that they were given for.",
  },
  {
    id: "CHAT-14",
    source: "README.md",
    rule: "A complaint that is typed into a phone ends with a ticket's number in the reply, over every channel.",
  },
  {
    id: "CHAT-15",
    source: "docs/cli.md",
    rule: "`kivuko chat` is a simulated phone: it writes, taps buttons, and shows each reply once.",
  },
  {
    id: "CLI-01",
    source: "docs/cli.md",
    rule: "The command line ends with 0, 1 for a refusal or failure, and 2 for wrong use, and says what to do next.",
  },
  {
    id: "CLI-02",
    source: "docs/cli.md",
    rule: "`--json` gives JSON in every case, problems included, and asks no question.",
  },
  {
    id: "CLI-03",
    source: "docs/cli.md",
    rule: "A secret goes to a file for one pair of eyes, and no file is overwritten.",
  },
  { id: "CLI-04", source: "docs/cli.md", rule: "`logs --follow` shows each call once and misses none." },
  {
    id: "CLI-05",
    source: "docs/cli.md",
    rule: "`dev` installs a local manifest and installs it anew at each change.",
  },
  {
    id: "CLI-06",
    source: "docs/cli.md",
    rule: "Nothing that a plugin or a platform says can repaint the terminal.",
  },
  {
    id: "LOCAL-01",
    source: "README.md",
    rule: "`npm run demo -- --once` tells the quick start from manifest to log and ends well.",
  },
  {
    id: "LOCAL-02",
    source: "docs/operations.md",
    rule: "A platform that is started again on this machine knows its owner, secrets and schema.",
  },
  {
    id: "LOCAL-03",
    source: "docs/operations.md",
    rule: "On this machine every cron trigger is fired at its minute, one tick after the other, and one that fails is shown.",
  },
  {
    id: "LOCAL-04",
    source: "docs/decisions/0038-the-clock-of-a-story.md",
    rule: "A story can put the clock of a platform on this machine forward, and of no other.",
  },
  {
    id: "CHANNEL-01",
    source: "docs/decisions/0019-channels-out.md",
    rule: "A message with a key goes out at most once, of any number of tries at once, later or after a crash.",
  },
  {
    id: "CHANNEL-02",
    source: "docs/decisions/0019-channels-out.md",
    rule: "Buttons that a channel cannot show become numbered lines, so that the customer can always choose.",
  },
  {
    id: "CHANNEL-03",
    source: "docs/errors.md",
    rule: "Outside of the 24-hour window only a template goes out.",
  },
  {
    id: "CHANNEL-04",
    source: "docs/errors.md",
    rule: "A template that the number does not have, or a file that is not there, is refused before anything is sent.",
  },
  {
    id: "CHANNEL-05",
    source: "docs/decisions/0019-channels-out.md",
    rule: "A simulated phone's socket stores what it is told, shows typing, and brings each message as it goes out.",
  },
  {
    id: "CHANNEL-06",
    source: "docs/errors.md",
    rule: "A socket's ticket is good for one minute, one phone and one use.",
  },
  {
    id: "CHANNEL-07",
    source: "docs/decisions/0019-channels-out.md",
    rule: "A customer's file is read by those who may read the chat, from a checked address and never as a page of ours.",
  },
  {
    id: "CHANNEL-08",
    source: "README.md",
    rule: "A webhook that Twilio's own package signs is genuine, as a form and as JSON, and nothing else is.",
  },
  {
    id: "CONFIG-01",
    source: "docs/operations.md",
    rule: "A variable that is missing or wrong is named, and its value is not.",
  },
  {
    id: "START-01",
    source: "docs/operations.md",
    rule: "An isolate that starts loads what a tool call needs and nothing else.",
  },
  {
    id: "START-02",
    source: "docs/operations.md",
    rule: "The Worker stays under 1 MiB as it is uploaded.",
  },
  {
    id: "RECEIPT-01",
    source: "docs/decisions/0026-receipts.md",
    rule: "Money is shown as its currency divides.",
  },
  {
    id: "RECEIPT-02",
    source: "docs/decisions/0026-receipts.md",
    rule: "A receipt shows the merchant's local time.",
  },
  {
    id: "RECEIPT-03",
    source: "docs/decisions/0026-receipts.md",
    rule: "A receipt that is drawn again is the same file.",
  },
  {
    id: "RECEIPT-04",
    source: "docs/decisions/0026-receipts.md",
    rule: "Any script a name can be written in makes a sound PDF.",
  },
  {
    id: "RECEIPT-05",
    source: "docs/decisions/0026-receipts.md",
    rule: "Address and details are on the receipt byte for byte.",
  },
  {
    id: "RECEIPT-06",
    source: "docs/decisions/0026-receipts.md",
    rule: "A receipt says everything that a payer has to know.",
  },
  { id: "RECEIPT-07", source: "docs/decisions/0026-receipts.md", rule: "A payment has exactly one receipt." },
  {
    id: "RECEIPT-08",
    source: "docs/decisions/0026-receipts.md",
    rule: "Receipt numbers have no gap and no double.",
  },
  {
    id: "RECEIPT-09",
    source: "docs/decisions/0026-receipts.md",
    rule: "A receipt says what the business's profile says.",
  },
  {
    id: "RECEIPT-10",
    source: "docs/decisions/0026-receipts.md",
    rule: "A receipt's link is signed and ends.",
  },
  {
    id: "PAYMENT-01",
    source: "docs/payments.md",
    rule: "What is wrong with a payment, or would be refused by its provider, is said before anybody is asked.",
  },
  {
    id: "PAYMENT-02",
    source: "docs/payments.md",
    rule: "One key asks a provider once, whatever runs side by side and wherever it dies.",
  },
  {
    id: "PAYMENT-03",
    source: "docs/payments.md",
    rule: "A payer has one prompt at a time; the rest are told when to come back.",
  },
  {
    id: "PAYMENT-04",
    source: "docs/payments.md",
    rule: "Accepted is not paid: the provider's word settles a payment, early, late or doubled, and `succeeded` is final.",
  },
  {
    id: "PAYMENT-05",
    source: "docs/payments.md",
    rule: "News that does not fit what was asked for changes no state and is raised for a person.",
  },
  {
    id: "PAYMENT-06",
    source: "docs/payments.md",
    rule: "What no callback tells is asked for, less and less often, and raised after a day.",
  },
  {
    id: "PAYMENT-07",
    source: "docs/payments.md",
    rule: "What follows the end of a payment is done in the end, whatever message or handler fails.",
  },
  {
    id: "PAYMENT-08",
    source: "docs/payments.md",
    rule: "A refund needs its permission: to execute, to ask, of its own payments or of all; the rest waits for finance.",
  },
  {
    id: "PAYMENT-09",
    source: "docs/payments.md",
    rule: "Refunds never exceed what was paid, side by side or twice.",
  },
  {
    id: "PAYMENT-10",
    source: "docs/payments.md",
    rule: "A refund is asked for once and followed to its end.",
  },
  {
    id: "PAYMENT-11",
    source: "docs/decisions/0024-payments.md",
    rule: "Order details are stored to the byte.",
  },
  {
    id: "PAYMENT-12",
    source: "docs/payments.md",
    rule: "A plugin reads its own payments, and nobody sees a payer's number.",
  },
  {
    id: "PAYMENT-13",
    source: "docs/payments.md",
    rule: "Payments filter and page without skipping or repeating; totals are by day and by provider.",
  },
  {
    id: "PAYMENT-14",
    source: "docs/payments.md",
    rule: "Credentials of an account are sealed, shown masked, and not sent to a new address.",
  },
  {
    id: "PAYMENT-15",
    source: "docs/payment-providers.md",
    rule: "A checkout link goes into the chat once.",
  },
  {
    id: "PAYMENT-16",
    source: "docs/payments.md",
    rule: "The sandbox does what its table of amounts says.",
  },
  {
    id: "PAYMENT-17",
    source: "docs/payments.md",
    rule: "Wherever the platform dies, every payment ends as its provider's books say, and none stays open.",
  },
  {
    id: "PROVIDER-01",
    source: "docs/decisions/0025-payment-providers.md",
    rule: "M-Pesa's timestamps are East Africa Time, whatever the machine's zone is.",
  },
  {
    id: "PROVIDER-02",
    source: "docs/payment-providers.md",
    rule: "What a provider would refuse for its amount, currency or number is refused before it is called.",
  },
  {
    id: "PROVIDER-03",
    source: "docs/decisions/0025-payment-providers.md",
    rule: "An answer that does not say for certain that nothing was asked is unknown, and nothing is asked twice.",
  },
  {
    id: "PROVIDER-04",
    source: "docs/decisions/0025-payment-providers.md",
    rule: "Access tokens are kept until a minute before their end, fetched once for all, and renewed when refused.",
  },
  {
    id: "PROVIDER-05",
    source: "docs/payment-providers.md",
    rule: "An event of Paystack is believed only when the secret key signed its bytes.",
  },
  {
    id: "PROVIDER-06",
    source: "docs/payment-providers.md",
    rule: "A payer who has an M-Pesa prompt open gets no second one.",
  },
  {
    id: "PROVIDER-07",
    source: "docs/payment-providers.md",
    rule: "A provider's credentials are in no outcome, and open nothing for anybody else.",
  },
  {
    id: "EVENT-01",
    source: "docs/decisions/0028-events.md",
    rule: "Events are tried at 0 s, 5 s, 5 min … 24 h.",
  },
  { id: "EVENT-02", source: "docs/decisions/0028-events.md", rule: "`Retry-After` is honoured." },
  {
    id: "EVENT-03",
    source: "docs/decisions/0028-events.md",
    rule: "Endpoints get events signed by Standard Webhooks 1.0.",
  },
  {
    id: "EVENT-04",
    source: "docs/decisions/0028-events.md",
    rule: "An event is told at least once, its id stable across tries.",
  },
  {
    id: "EVENT-05",
    source: "docs/decisions/0028-events.md",
    rule: "An address that answers 410 is left alone.",
  },
  {
    id: "EVENT-06",
    source: "docs/decisions/0028-events.md",
    rule: "What nobody took waits in a list for a person to replay.",
  },
  { id: "EVENT-07", source: "docs/decisions/0028-events.md", rule: "Events of one subject arrive in order." },
  {
    id: "EVENT-08",
    source: "docs/decisions/0028-events.md",
    rule: "An endpoint's secret rotates with an overlap.",
  },
  {
    id: "EVENT-09",
    source: "docs/decisions/0028-events.md",
    rule: "A plugin hears of its own doing, and of others' only with the permission to read all.",
  },
  {
    id: "EVENT-10",
    source: "docs/decisions/0028-events.md",
    rule: "Every piece of queued work is findable again from a row.",
  },
  {
    id: "BRIDGE-01",
    source: "docs/bridge.md",
    rule: "Every bridge call goes through the same gates, and a test sends each through all of them.",
  },
  {
    id: "BRIDGE-02",
    source: "docs/bridge.md",
    rule: "A bridge call is taken only with a token that a living secret signed for this platform, this time and this body.",
  },
  {
    id: "BRIDGE-03",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "A plugin acts on numbers that it is granted to, and learns nothing of others.",
  },
  {
    id: "BRIDGE-04",
    source: "docs/bridge.md",
    rule: "A permission counts when it is declared and granted; a refusal names it and says how to get it.",
  },
  {
    id: "BRIDGE-05",
    source: "docs/bridge.md",
    rule: "A dry run walks every gate, answers what would be, and changes nothing.",
  },
  {
    id: "BRIDGE-06",
    source: "docs/bridge.md",
    rule: "A call that changes something needs a key; the same key is answered byte for byte, another payload refused.",
  },
  {
    id: "BRIDGE-07",
    source: "docs/bridge.md",
    rule: "During a rotation both secrets sign bridge calls; a revoked one signs none.",
  },
  {
    id: "BRIDGE-08",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "A revoked grant or a disabled plugin is refused at the very next bridge call.",
  },
  {
    id: "BRIDGE-09",
    source: "docs/bridge.md",
    rule: "The SDK signs each try, tries again with the same key, and makes keys that a repeated tool call has too.",
  },
  {
    id: "BRIDGE-10",
    source: "docs/bridge.md",
    rule: "A tool call for a customer brings a token that reaches that customer and nobody else.",
  },
  {
    id: "BRIDGE-11",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "No token is made, and no conversation asked, for a plugin that may not reach the current chat.",
  },
  {
    id: "BRIDGE-12",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "A token that is unknown, ended, or another installation's or number's gets one and the same answer.",
  },
  {
    id: "BRIDGE-13",
    source: "docs/bridge.md",
    rule: "A phone number beside the current chat is refused, not ignored.",
  },
  {
    id: "BRIDGE-14",
    source: "docs/bridge.md",
    rule: "A known contact is a customer whom this plugin was called for before, on this number.",
  },
  {
    id: "BRIDGE-15",
    source: "docs/bridge.md",
    rule: "Text that WhatsApp does not allow now is blocked, and the plugin is told so.",
  },
  {
    id: "BRIDGE-16",
    source: "docs/bridge.md",
    rule: "Equal calls with one key at the same time run once and are answered alike.",
  },
  {
    id: "BRIDGE-17",
    source: "docs/bridge.md",
    rule: "A final refusal is kept under its key; a failure is not, and the next try runs.",
  },
  {
    id: "BRIDGE-18",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "A run that died is run again after its lease, and cannot write over what came after it.",
  },
  {
    id: "BRIDGE-19",
    source: "docs/bridge.md",
    rule: "A key is kept for a day, or for ever where money moves.",
  },
  {
    id: "BRIDGE-20",
    source: "docs/decisions/0023-bridge-door.md",
    rule: "A bridge call costs three round trips to the database, a replay or a refusal one.",
  },
  {
    id: "BRIDGE-21",
    source: "docs/bridge.md",
    rule: "Every call behind a valid signature is recorded, without phone numbers, tokens or keys.",
  },
  {
    id: "BRIDGE-22",
    source: "docs/bridge.md",
    rule: "The page says all that another language needs to sign a bridge call.",
  },
  {
    id: "GATEWAY-01",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "Every answer and every chunk of the gateway is valid by OpenAI's published schema.",
  },
  {
    id: "GATEWAY-02",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "Every failure of the gateway is OpenAI's error object, with the status and type of its reason.",
  },
  {
    id: "GATEWAY-03",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "The Vercel AI SDK works with the gateway as it is, with plugins and with tools of its own.",
  },
  {
    id: "GATEWAY-04",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "Workers AI answers like every other provider where it is bound, and is refused where it is not.",
  },
  {
    id: "GATEWAY-05",
    source: "docs/decisions/0016-models-and-gateway.md",
    rule: "A model or plugin that misbehaves ends in an answer that says so, within bounds.",
  },
  {
    id: "GATEWAY-06",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "What models and tools used is summed by day and by dimension, in pages.",
  },
  {
    id: "GATEWAY-07",
    source: "docs/decisions/0021-caps-and-counterparts-of-the-gateway.md",
    rule: "The caps of a gateway key hold exactly when a hundred requests come at once.",
  },
  {
    id: "GATEWAY-08",
    source: "docs/decisions/0017-the-bench.md",
    rule: "What is passed through stays as its client wrote it, but for the model's name and the wish for usage.",
  },
  {
    id: "APPROVAL-01",
    source: "README.md",
    rule: "A call waits when its tool is sensitive, when the grant says so, or for its effects in a chat that a person takes part in.",
  },
  {
    id: "APPROVAL-02",
    source: "docs/errors.md",
    rule: "A call that waits leaves nothing, and its caller is told which approval it waits for.",
  },
  {
    id: "APPROVAL-03",
    source: "README.md",
    rule: "An approval is bound to the exact payload: the same one waits once, and another one needs its own.",
  },
  {
    id: "APPROVAL-04",
    source: "README.md",
    rule: "An approved call is made once, however often and from wherever it is approved, under the id that it waited with.",
  },
  {
    id: "APPROVAL-05",
    source: "README.md",
    rule: "The customer hears that a request waits, and then its result, rejection or end of time.",
  },
  {
    id: "APPROVAL-06",
    source: "README.md",
    rule: "A named approver decides on their own WhatsApp, by button or `1` and `2`; nobody else's answer counts.",
  },
  {
    id: "APPROVAL-07",
    source: "README.md",
    rule: "A customer confirms a request of their own where the grant lets them.",
  },
  {
    id: "APPROVAL-08",
    source: "README.md",
    rule: "A person who has written in the last 24 hours takes part in a chat.",
  },
  {
    id: "APPROVAL-09",
    source: "README.md",
    rule: "A crash during an approved call repeats it only where repeating does no harm; else people are told.",
  },
  {
    id: "APPROVAL-10",
    source: "README.md",
    rule: "An approved call that fails is told as failed.",
  },
  {
    id: "FIRSTPARTY-01",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A plugin's documents, cache, events and members are its organisation's own, and bounded.",
  },
  {
    id: "FIRSTPARTY-02",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A capability is refused unless its permission is declared and granted, and the record says so.",
  },
  {
    id: "FIRSTPARTY-03",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A job runs at least once, is retried later, and ends as a dead letter that can be replayed.",
  },
  {
    id: "FIRSTPARTY-04",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "What a plugin says for the prompt is in the turn; a slow or failing one is left out.",
  },
  {
    id: "FIRSTPARTY-05",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "Dynamic tools are checked, prefixed, and allowed by `*dynamic` in the grant alone.",
  },
  {
    id: "FIRSTPARTY-06",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A slash command runs its tool through every gate, without a model, once.",
  },
  {
    id: "FIRSTPARTY-07",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A plugin that is off in a chat is neither offered nor callable there, and elsewhere it is.",
  },
  {
    id: "FIRSTPARTY-08",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "The WhatsApp toolkit reaches the customer of the current chat and nobody else.",
  },
  {
    id: "FIRSTPARTY-09",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A tool can ask for an approval itself; it is run again, from its beginning, once that is given.",
  },
  {
    id: "HANDOFF-01",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "Escalating silences the agent in that chat alone, after the reply of the turn under way.",
  },
  {
    id: "HANDOFF-02",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A chat has at most one open escalation, however often a person is asked for.",
  },
  {
    id: "HANDOFF-03",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "After the hand-back the agent answers what was left, and knows what was said and noted.",
  },
  {
    id: "HANDOFF-04",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "A customer for whom nobody has come is told so, once.",
  },
  {
    id: "HANDOFF-05",
    source: "docs/decisions/0020-first-party-context.md",
    rule: "Taking and releasing a chat keeps its escalation in step, and the other way round.",
  },
  {
    id: "COMMERCE-01",
    source: "docs/commerce.md",
    rule: "A sync names a plugin's whole catalogue: what is new is offered, what is missing is retired and never deleted.",
  },
  {
    id: "COMMERCE-02",
    source: "docs/commerce.md",
    rule: "A sync with a bad item changes nothing, and names every problem.",
  },
  {
    id: "COMMERCE-03",
    source: "docs/commerce.md",
    rule: "What comes into the shop is the merchant's decision, which no sync overrules.",
  },
  {
    id: "COMMERCE-04",
    source: "docs/commerce.md",
    rule: "A new price of an imported item counts at once, and what it was before is in the audit log.",
  },
  {
    id: "COMMERCE-05",
    source: "docs/commerce.md",
    rule: "Items are listed by plugin, state and words, for those who may see them.",
  },
  {
    id: "COMMERCE-06",
    source: "docs/commerce.md",
    rule: "The commerce toolkit is hidden on a number where an active plugin holds an e-commerce permission.",
  },
  {
    id: "COMMERCE-07",
    source: "docs/commerce.md",
    rule: "Prices and the total are the catalogue's; nobody can say one.",
  },
  {
    id: "COMMERCE-08",
    source: "docs/commerce.md",
    rule: "Only imported items with stock, in one currency, are ordered; every problem is named.",
  },
  {
    id: "COMMERCE-09",
    source: "docs/commerce.md",
    rule: "Order numbers of a day have no gap and none twice, however many are placed at once.",
  },
  {
    id: "COMMERCE-10",
    source: "docs/decisions/0027-commerce.md",
    rule: "An order is placed once for a key, also when the same is sent at once.",
  },
  {
    id: "COMMERCE-11",
    source: "docs/commerce.md",
    rule: "No more is sold than there is, and what is cancelled goes back into the stock.",
  },
  {
    id: "COMMERCE-12",
    source: "docs/commerce.md",
    rule: "Order details travel to the payment and the event byte for byte.",
  },
  {
    id: "COMMERCE-13",
    source: "docs/commerce.md",
    rule: "An order has one open payment at most.",
  },
  {
    id: "COMMERCE-14",
    source: "docs/decisions/0027-commerce.md",
    rule: "An order is paid once, however often its payment is said to have succeeded.",
  },
  {
    id: "COMMERCE-15",
    source: "docs/commerce.md",
    rule: "Money for an order that needs none is raised for a person, once.",
  },
  {
    id: "COMMERCE-16",
    source: "docs/commerce.md",
    rule: "An order is refunded when all of its money has gone back.",
  },
  {
    id: "COMMERCE-17",
    source: "docs/commerce.md",
    rule: "What is not paid in time is cancelled, except while a payment is under way.",
  },
  {
    id: "COMMERCE-18",
    source: "docs/decisions/0027-commerce.md",
    rule: "Each state of an order is told once, also when whoever changed it died.",
  },
  {
    id: "COMMERCE-19",
    source: "docs/commerce.md",
    rule: "An order moves along the states of the table and no others.",
  },
  {
    id: "COMMERCE-20",
    source: "docs/commerce.md",
    rule: "A plugin touches its own orders, or with `any` the organisation's; what it may not is not there.",
  },
  {
    id: "COMMERCE-21",
    source: "docs/commerce.md",
    rule: "What was handed over can come back; one may complain of anything.",
  },
  {
    id: "COMMERCE-22",
    source: "docs/commerce.md",
    rule: "Staff see orders with all that happened, filtered and summed, without phone numbers.",
  },
  {
    id: "COMMERCE-23",
    source: "docs/commerce.md",
    rule: "The toolkits act for the customer of the chat that the tool was called in, and for nobody else.",
  },
  {
    id: "OBLIGATION-01",
    source: "docs/decisions/0033-obligations.md",
    rule: "A plugin is asked what is due at its own interval, spread out and never on the minute, and hears what became of it.",
  },
  {
    id: "OBLIGATION-02",
    source: "docs/decisions/0033-obligations.md",
    rule: "One obligation in one due slot is done once, however often it is listed, asked for or tried.",
  },
  {
    id: "OBLIGATION-03",
    source: "docs/decisions/0033-obligations.md",
    rule: "What is wrong in an answer or a request is dropped or refused by itself, and does no harm.",
  },
  {
    id: "OBLIGATION-04",
    source: "docs/decisions/0033-obligations.md",
    rule: "A plugin that fails is asked later and later, up to a day, and people see it.",
  },
  {
    id: "OBLIGATION-05",
    source: "docs/decisions/0033-obligations.md",
    rule: "What one poll brings, and what waits for one plugin, is bounded.",
  },
  {
    id: "OBLIGATION-06",
    source: "docs/decisions/0033-obligations.md",
    rule: "Nobody is reached whom the plugin does not know or the grant does not allow; the plugin hears why.",
  },
  {
    id: "OBLIGATION-07",
    source: "docs/decisions/0033-obligations.md",
    rule: "What was revoked before an obligation is due counts.",
  },
  {
    id: "OBLIGATION-08",
    source: "docs/decisions/0033-obligations.md",
    rule: "A reminder goes through the delivery policy.",
  },
  {
    id: "OBLIGATION-09",
    source: "docs/decisions/0033-obligations.md",
    rule: "An escalation hands the chat to a person, with the words for staff.",
  },
  {
    id: "OBLIGATION-10",
    source: "docs/decisions/0033-obligations.md",
    rule: "What is due is found by index, to the second, and a lost message or a crash loses nothing and doubles nothing.",
  },
  {
    id: "OBLIGATION-11",
    source: "docs/decisions/0033-obligations.md",
    rule: "People see how a plugin is asked, change how often, and have it asked now.",
  },
  {
    id: "OBLIGATION-12",
    source: "docs/decisions/0033-obligations.md",
    rule: "A plugin's server has an obligation followed up, reads it and takes it back.",
  },
  {
    id: "OBLIGATION-13",
    source: "docs/decisions/0033-obligations.md",
    rule: "A repetition has an end, and leaves out the rounds that an outage swallowed.",
  },
  {
    id: "OBLIGATION-14",
    source: "docs/decisions/0033-obligations.md",
    rule: "People cancel an obligation too; what was sent, or is being sent, is never called cancelled.",
  },
  {
    id: "OBLIGATION-15",
    source: "docs/decisions/0033-obligations.md",
    rule: "What is over is forgotten in time, a bounded part at once, and not while its plugin lists it still.",
  },
  {
    id: "OBLIGATION-16",
    source: "docs/decisions/0033-obligations.md",
    rule: "A plugin with thousands of obligations or numbers keeps no other plugin waiting.",
  },
  {
    id: "OBLIGATION-17",
    source: "docs/decisions/0033-obligations.md",
    rule: "While WhatsApp takes templates only, a reminder goes out as its template; without one it is blocked or held, as its plugin says.",
  },
  {
    id: "SCHEDULE-01",
    source: "docs/decisions/0032-schedule.md",
    rule: "A local time goes out by the clock of its zone; the hour that is skipped is refused with what to use, and of an hour that comes twice the first counts unless told.",
  },
  {
    id: "SCHEDULE-02",
    source: "docs/decisions/0032-schedule.md",
    rule: "What cannot be scheduled is refused with every problem and its pointer.",
  },
  {
    id: "SCHEDULE-03",
    source: "docs/decisions/0032-schedule.md",
    rule: "A recurrence keeps its time of day over a change of the clocks, and ends.",
  },
  {
    id: "SCHEDULE-04",
    source: "docs/decisions/0032-schedule.md",
    rule: "A scheduled message goes out at its second, and not before.",
  },
  {
    id: "SCHEDULE-05",
    source: "docs/decisions/0032-schedule.md",
    rule: "Each occurrence is sent at most once, and none is lost: neither by the queue nor by a crash.",
  },
  {
    id: "SCHEDULE-06",
    source: "docs/decisions/0032-schedule.md",
    rule: "What is changed, cancelled, revoked or opted out after it was enqueued is not sent as it was.",
  },
  {
    id: "SCHEDULE-07",
    source: "docs/decisions/0032-schedule.md",
    rule: "What is late after an outage is sent within its own limit, and otherwise missed with a reason.",
  },
  {
    id: "SCHEDULE-08",
    source: "docs/decisions/0032-schedule.md",
    rule: "What is held can still be changed and cancelled.",
  },
  {
    id: "SCHEDULE-09",
    source: "docs/decisions/0032-schedule.md",
    rule: "A plugin has at most 10,000 messages waiting, and a tick reads only what is due.",
  },
  {
    id: "SCHEDULE-10",
    source: "docs/decisions/0032-schedule.md",
    rule: "A plugin sees and changes what it scheduled itself, on the number that it calls for.",
  },
  {
    id: "SCHEDULE-11",
    source: "docs/decisions/0032-schedule.md",
    rule: "The calendar shows what goes out and when, and what did not and why.",
  },
  {
    id: "CALENDAR-01",
    source: "docs/decisions/0035-calendar.md",
    rule: "One calendar has messages, reminders and escalations, each with its time, its state and why it is there.",
  },
  {
    id: "CALENDAR-02",
    source: "docs/decisions/0035-calendar.md",
    rule: "The calendar is read in pages of a bounded number of rows, which together show every entry once.",
  },
  {
    id: "CALENDAR-03",
    source: "docs/policy.md",
    rule: "What would become of a scheduled message at a time is told from the facts of its chat, and changes nothing.",
  },
  {
    id: "SCHEDULE-12",
    source: "docs/decisions/0032-schedule.md",
    rule: "Staff schedule messages, and the agent does for the customer of its chat alone.",
  },
  {
    id: "SCHEDULE-13",
    source: "docs/decisions/0032-schedule.md",
    rule: "Nothing is scheduled to a number that the grant does not allow, that the plugin does not know, or that is none.",
  },
  {
    id: "SCHEDULE-14",
    source: "docs/decisions/0032-schedule.md",
    rule: "A template that is gone when the message is due ends it with that reason.",
  },
  {
    id: "POLICY-01",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Nothing leaves that a rule of the policy is against; the first rule that is decides.",
  },
  {
    id: "POLICY-02",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "What is held is held until a later time, and the rules that are shown are those that decided.",
  },
  {
    id: "POLICY-03",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Quiet hours end by the customer's own clock, also when clocks are changed and in a country of several zones.",
  },
  {
    id: "POLICY-22",
    source: "docs/policy.md",
    rule: "What was blocked or is held is listed for each number and plugin with the rule that decided, by whatever way it came.",
  },
  {
    id: "POLICY-21",
    source: "docs/policy.md",
    rule: "Where staff has said that a customer's clock is counts before the country of the number, at once and for what is held too.",
  },
  {
    id: "POLICY-04",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "A word counts whatever its case, its spaces and the punctuation around it, and only as the whole message.",
  },
  {
    id: "POLICY-05",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "STOP and START are the number's words, are confirmed once each, and reach no turn.",
  },
  {
    id: "POLICY-06",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "STOP ends what is held already.",
  },
  {
    id: "POLICY-07",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Outside of the window a message goes out as its template, is held or is blocked, as its sender chose.",
  },
  {
    id: "POLICY-08",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Unasked messages wait for the end of the quiet hours; an urgent one does not where the number allows it.",
  },
  {
    id: "POLICY-09",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "No customer gets more unasked messages in 24 hours than the caps say; what is over waits a day at most.",
  },
  {
    id: "POLICY-10",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "The same text is not sent to the same customer again within the number's minutes.",
  },
  {
    id: "POLICY-11",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "A held message that was taken back, or whose plugin lost its grant, is not sent.",
  },
  {
    id: "POLICY-12",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Nothing is held longer than its sender says, nor than a week.",
  },
  {
    id: "POLICY-13",
    source: "docs/policy.md",
    rule: "Each decision is shown with its rule, and a simulation decides the same and sends nothing.",
  },
  {
    id: "POLICY-14",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Whatever happens in whatever order, nothing reaches the provider that the policy forbids, and everything ends with a reason.",
  },
  {
    id: "POLICY-15",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Every way in which a customer is written to goes through the policy.",
  },
  {
    id: "POLICY-16",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "Whether the policy was kept is told from the channel's own log by a checker that knows nothing of the code and sees each breach.",
  },
  {
    id: "POLICY-17",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "However schedules, obligations, changes, STOP, grants, hours, ticks and lost work follow each other, no message breaks the policy and none is lost.",
  },
  {
    id: "POLICY-18",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "What is confirmed while a message is on its way counts: nothing leaves that was cancelled, changed, stopped or revoked before.",
  },
  {
    id: "POLICY-19",
    source: "docs/decisions/0031-delivery-policy.md",
    rule: "One line of the code calls a channel's `send`, right after the policy was asked; whoever wants to send says what kind of message it is.",
  },
];
