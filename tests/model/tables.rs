//! The whole protocol as tables: what each word means, and what may be said, in every phase of a call.
//!
//! A cell says what comes of it and, behind an arrow, the phase that follows; without an arrow the phase stays. What
//! cannot be is `?`: no way leads to that phase in the dialect, and the test fails should there be one.
//!
//! Heard: the event or command that is told; `unexpected`, `malformed` or `limit` where that is the error.
//! Said: `words` where a message is to be put on the socket, `none` where the dialect needs no words for it; `wrong`
//! (phase), `closed`, `unsupported`, `oneway` or `invalid` (close) where it is refused.
//! Due: what the deadline of the phase brings.
//!
//! `parting` is a call that was live when we hung up: what the peer said before it knew still counts. `leaving` was not
//! live. `hushed` was live, but of the application there was nothing to be heard.

pub(crate) struct Table {
    pub(crate) heard: &'static str,
    pub(crate) said: &'static str,
    pub(crate) due: &'static str,
}

pub(crate) const APPLICATION_ON_SINCH: Table = Table {
    heard: "
                idle             offered         live            refused         leaving         parting         closed
    connect     start>offered    unexpected      unexpected      unexpected      start           unexpected      hangup
    audio       dropped          dropped         audio           dropped         dropped         audio           hangup
    nothing     dropped          dropped         audio           dropped         dropped         audio           hangup
    unknown     other            other           other           other           other           other           hangup
    no-json     other            other           other           other           other           other           hangup
    malformed   malformed        malformed       malformed       malformed       malformed       malformed       hangup
    too-long    limit            limit           limit           limit           limit           limit           hangup
    close       hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    lost        hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    ",
    said: "
                idle             offered         live            refused         leaving         parting         closed
    answer      wrong            words>live      wrong           closed          closed          closed          closed
    busy        wrong            words>refused   wrong           closed          closed          closed          closed
    reject      wrong            words>refused   wrong           closed          closed          closed          closed
    audio       wrong            wrong           words           closed          closed          closed          closed
    nothing     wrong            wrong           words           closed          closed          closed          closed
    mark        wrong            wrong           unsupported     closed          closed          closed          closed
    clear       wrong            wrong           words           closed          closed          closed          closed
    heartbeat   wrong            wrong           words           closed          closed          closed          closed
    other       wrong            wrong           words           closed          closed          closed          closed
    dropped     unsupported      unsupported     unsupported     unsupported     unsupported     unsupported     unsupported
    hang-up     words>leaving    words>leaving   words>parting   words>leaving   closed          closed          closed
    as-other    words>leaving    words>leaving   words>parting   words>leaving   closed          closed          closed
    bad-code    invalid          invalid         invalid         invalid         closed          closed          closed
    ",
    due: "
                idle             offered         live            refused         leaving         parting         closed
    due         start            answer          ?               close>leaving   ending>closed   ending>closed   ?
    ",
};

pub(crate) const APPLICATION_ON_WAVIX: Table = Table {
    heard: "
                idle             live            oneway          stopped         leaving         parting         closed
    connected   hello            unexpected      unexpected      hangup>closed   hello           unexpected      hangup
    start       start>live       unexpected      unexpected      hangup>closed   start           unexpected      hangup
    oneway      start>oneway     unexpected      unexpected      hangup>closed   start           unexpected      hangup
    media       dropped          audio           audio           hangup>closed   dropped         audio           hangup
    mark        unexpected       mark            mark            hangup>closed   mark            mark            hangup
    stop        stop>stopped     stop>stopped    stop>stopped    hangup>closed   stop            stop            hangup
    binary      other            other           other           hangup>closed   other           other           hangup
    unknown     other            other           other           hangup>closed   other           other           hangup
    no-json     other            other           other           hangup>closed   other           other           hangup
    malformed   malformed        malformed       malformed       hangup>closed   malformed       malformed       hangup
    long-id     limit            limit           limit           hangup>closed   limit           limit           hangup
    too-long    limit            limit           limit           hangup>closed   limit           limit           hangup
    close       hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    lost        hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    ",
    said: "
                idle             live            oneway          stopped         leaving         parting         closed
    answer      wrong            none            none            closed          closed          closed          closed
    busy        wrong            unsupported     unsupported     closed          closed          closed          closed
    reject      wrong            unsupported     unsupported     closed          closed          closed          closed
    audio       wrong            words           oneway          closed          closed          closed          closed
    nothing     wrong            words           oneway          closed          closed          closed          closed
    mark        wrong            words           oneway          closed          closed          closed          closed
    clear       wrong            words           oneway          closed          closed          closed          closed
    heartbeat   wrong            none            none            closed          closed          closed          closed
    other       wrong            words           words           closed          closed          closed          closed
    dropped     unsupported      unsupported     unsupported     unsupported     unsupported     unsupported     unsupported
    hang-up     words>leaving    words>parting   words>parting   words>leaving   closed          closed          closed
    as-other    words>leaving    words>parting   words>parting   words>leaving   closed          closed          closed
    bad-code    invalid          invalid         invalid         invalid         closed          closed          closed
    ",
    due: "
                idle             live            oneway          stopped         leaving         parting         closed
    due         start            ?               ?               close>leaving   ending>closed   ending>closed   ?
    ",
};

pub(crate) const PLATFORM_ON_SINCH: Table = Table {
    heard: "
                idle             offered         live            refused         stopped         leaving         parting         closed
    answer      unexpected       answer>live     unexpected      unexpected      answer          answer          answer          hangup
    busy        unexpected       busy>refused    unexpected      unexpected      busy            busy            busy            hangup
    reject      unexpected       reject>refused  unexpected      unexpected      reject          reject          reject          hangup
    audio       dropped          dropped         audio           dropped         dropped         dropped         audio           hangup
    nothing     dropped          dropped         audio           dropped         dropped         dropped         audio           hangup
    clear       unexpected       unexpected      clear           unexpected      clear           clear           clear           hangup
    heartbeat   unexpected       unexpected      heartbeat       unexpected      heartbeat       heartbeat       heartbeat       hangup
    unknown     other            other           other           other           other           other           other           hangup
    no-json     other            other           other           other           other           other           other           hangup
    malformed   malformed        malformed       malformed       malformed       malformed       malformed       malformed       hangup
    too-long    limit            limit           limit           limit           limit           limit           limit           hangup
    close       hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    lost        hangup>closed    hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    ",
    said: "
                idle             offered         live            refused         stopped         leaving         parting         closed
    hello       none             wrong           wrong           closed          closed          closed          closed          closed
    start       words>offered    wrong           wrong           closed          closed          closed          closed          closed
    oneway      unsupported      wrong           wrong           closed          closed          closed          closed          closed
    audio       wrong            wrong           words           closed          closed          closed          closed          closed
    nothing     wrong            wrong           words           closed          closed          closed          closed          closed
    mark        wrong            wrong           unsupported     closed          closed          closed          closed          closed
    stop        wrong            none>stopped    none>stopped    closed          closed          closed          closed          closed
    other       words            words           words           closed          closed          closed          closed          closed
    dropped     unsupported      unsupported     unsupported     unsupported     unsupported     unsupported     unsupported     unsupported
    hang-up     words>leaving    words>leaving   words>parting   words>leaving   words>leaving   closed          closed          closed
    as-other    words>leaving    words>leaving   words>parting   words>leaving   words>leaving   closed          closed          closed
    bad-code    invalid          invalid         invalid         invalid         invalid         closed          closed          closed
    ",
    due: "
                idle             offered         live            refused         stopped         leaving         parting         closed
    due         ?                answer          ?               close>leaving   close>leaving   ending>closed   ending>closed   ?
    ",
};

pub(crate) const PLATFORM_ON_WAVIX: Table = Table {
    heard: "
                idle            live            oneway          stopped         leaving         parting         hushed          closed
    media       dropped         audio           dropped         dropped         dropped         audio           dropped         hangup
    mark        unexpected      mark            mark            mark            mark            mark            mark            hangup
    clear       unexpected      clear           clear           clear           clear           clear           clear           hangup
    binary      other           other           other           other           other           other           other           hangup
    unknown     other           other           other           other           other           other           other           hangup
    no-json     other           other           other           other           other           other           other           hangup
    malformed   malformed       malformed       malformed       malformed       malformed       malformed       malformed       hangup
    too-long    limit           limit           limit           limit           limit           limit           limit           hangup
    close       hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    lost        hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup>closed   hangup
    ",
    said: "
                idle            live            oneway          stopped         leaving         parting         hushed          closed
    hello       words           wrong           wrong           closed          closed          closed          closed          closed
    start       words>live      wrong           wrong           closed          closed          closed          closed          closed
    oneway      words>oneway    wrong           wrong           closed          closed          closed          closed          closed
    audio       wrong           words           words           closed          closed          closed          closed          closed
    nothing     wrong           words           words           closed          closed          closed          closed          closed
    mark        wrong           words           words           closed          closed          closed          closed          closed
    stop        wrong           words>stopped   words>stopped   closed          closed          closed          closed          closed
    other       words           words           words           closed          closed          closed          closed          closed
    dropped     unsupported     unsupported     unsupported     unsupported     unsupported     unsupported     unsupported     unsupported
    hang-up     words>leaving   words>parting   words>hushed    words>leaving   closed          closed          closed          closed
    as-other    words>leaving   words>parting   words>hushed    words>leaving   closed          closed          closed          closed
    bad-code    invalid         invalid         invalid         invalid         closed          closed          closed          closed
    ",
    due: "
                idle            live            oneway          stopped         leaving         parting         hushed          closed
    due         ?               ?               ?               close>leaving   ending>closed   ending>closed   ending>closed   ?
    ",
};
