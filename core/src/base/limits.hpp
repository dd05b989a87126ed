// The limit of every queue, loop, buffer and wait, each with the reason for its size.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace circuit::limits {

using namespace std::chrono_literals;

// -- values -------------------------------------------------------------------------------------------------

/// How deep values may nest. Deeper than any data that people write, shallow enough for a small thread stack.
inline constexpr std::size_t value_nesting = 64;
/// Longest type descriptor that is parsed.
inline constexpr std::size_t descriptor_bytes = 64 * 1024;

// -- frames and links ---------------------------------------------------------------------------------------

/// One piece of a body. A large body leaves room for other frames after each piece.
inline constexpr std::size_t piece_bytes = 64 * 1024;
/// One whole body.
inline constexpr std::size_t body_bytes = 64 * 1024 * 1024;
/// All unfinished bodies of one link together.
inline constexpr std::size_t unfinished_bytes = 256 * 1024 * 1024;
/// Unfinished bodies of one link.
inline constexpr std::size_t unfinished_bodies = 1024;
/// Bytes that wait to be written on one link before a caller has to wait.
inline constexpr std::size_t pending_bytes = 128 * 1024 * 1024;
/// One read from a socket.
inline constexpr std::size_t read_bytes = 256 * 1024;
/// A peer that has connected must say hello within this time.
inline constexpr auto hello_wait = 5s;
/// Connections that have not yet said hello.
inline constexpr std::size_t strangers = 64;

// -- calls --------------------------------------------------------------------------------------------------

/// Calls in flight per process and direction: the slots of the flight recorder. Room for some hundred chains
/// of nested calls at once, each of which has as many in flight as it is deep.
inline constexpr std::uint32_t call_slots = 8192;
/// The first bytes of a call's arguments that the recorder keeps.
inline constexpr std::size_t recorded_argument_bytes = 120;
/// Names of methods that the recorder keeps.
inline constexpr std::uint32_t recorded_names = 512;
/// How deep a chain of nested calls may go before it is taken for a loop.
inline constexpr std::uint16_t call_depth = 64;
/// A call that is not told otherwise.
inline constexpr auto call_deadline = 30s;
/// How much longer a wait that is given up goes on for the callee's last word, which says what became of it.
inline constexpr auto given_up_wait = 2s;
/// A spawn, up to `go`.
inline constexpr auto spawn_deadline = 60s;
/// Threads of a pool, which grows while all of them block.
inline constexpr std::size_t pool_threads = 1024;
/// Calls that wait for a thread of the pool.
inline constexpr std::size_t pool_queue = 65536;

/// Values of one channel, as they came, those of senders that wait included: one that nobody receives from must
/// not take all memory.
inline constexpr std::size_t channel_bytes = 256 * 1024 * 1024;
/// Values that a channel hands out in one message, in bytes as they came. A larger value goes alone.
inline constexpr std::size_t channel_message_bytes = 4 * 1024 * 1024;

// -- workers ------------------------------------------------------------------------------------------------

/// A started process must say hello to its agent within this time, and get a function within the same.
inline constexpr auto worker_silence = 10s;
/// Between the request to stop and SIGKILL.
inline constexpr auto stop_grace = 5s;
/// How long the first use of a host waits for its agent to start.
inline constexpr auto agent_start = 10s;
/// An executable that is asked for its functions.
inline constexpr auto describe_wait = 5s;
inline constexpr std::size_t description_bytes = 4 * 1024 * 1024;
/// Between two looks for the successor of an agent that has died.
inline constexpr auto agent_retry = 50ms;
/// How long the agent is waited for when a peer's end is to be explained.
inline constexpr auto fate_wait = 2s;
/// How long a worker that ends waits for its last answers to be written.
inline constexpr auto goodbye_wait = 2s;
/// Anchors of one worker.
inline constexpr std::size_t anchors_per_worker = 64;
/// Parts of an anchor, and bytes of a part.
inline constexpr std::size_t anchor_parts = 32;
inline constexpr std::size_t anchor_part_bytes = 128;
/// Last lines of a dead worker's `err` that an error quotes, in bytes.
inline constexpr std::size_t quoted_err_bytes = 2048;
/// `out` and `err` of a worker, each, on disk; when there is more, the older half is let go.
inline constexpr std::uint64_t jail_log_bytes = 64 * 1024 * 1024;
/// Workers of one agent.
inline constexpr std::size_t workers_per_agent = 16384;

// -- agent --------------------------------------------------------------------------------------------------

/// Workers that an agent has forgotten and still tells observers of.
inline constexpr std::size_t remembered_removals = 4096;
/// Dead workers that an agent remembers, and for how long a console shows them.
inline constexpr std::size_t remembered_dead = 2000;
/// Consoles that watch one agent.
inline constexpr std::size_t observers = 256;
/// Longest wait of one observation, so that a console hears from a quiet agent.
inline constexpr std::uint32_t observe_wait_ms = 10'000;
/// A burst of changes is told as one.
inline constexpr std::uint64_t coalesce_ns = 5'000'000;
/// How long a dead worker stays in an agent's observations.
inline constexpr auto dead_remembered = 60s;
/// A process's links end a moment before its parent hears of its end: how long that moment may be.
inline constexpr std::uint64_t death_notice_ns = 1'000'000'000;
/// What is left of the grace when an orderly shutdown has not ended everything.
inline constexpr std::uint64_t shutdown_rest_ms = 200;
/// Function names and arguments as they are shown.
inline constexpr std::size_t shown_text_bytes = 256;
/// The note of a worker's end.
inline constexpr std::size_t end_note_bytes = 128 * 1024;
/// Jails that are kept.
inline constexpr std::size_t kept_jails = 2000;

// -- keeper -------------------------------------------------------------------------------------------------

/// One message between keeper and agent.
inline constexpr std::size_t keeper_message_bytes = 128 * 1024;
/// The journal is rewritten when it has grown past this.
inline constexpr std::uint64_t journal_bytes = 1024 * 1024;

// -- monitor ------------------------------------------------------------------------------------------------

/// How long a dead worker stays in the model, so that a person sees it go.
inline constexpr auto console_dead_shown = 3s;
/// Calls in flight that one reading of a host tells, the oldest first: more than a person can look at.
inline constexpr std::size_t reported_calls = 10'000;
/// Between two readings of the calls in flight, while somebody looks at them.
inline constexpr auto calls_refresh = 200ms;

// -- web endpoint -------------------------------------------------------------------------------------------

/// Connections at once. A page needs two; the rest is for scripts and for a browser that keeps old ones open.
inline constexpr std::size_t web_connections = 64;
/// One request: its header, and its body. A spawn form is far below both.
inline constexpr std::uint32_t web_header_bytes = 8 * 1024;
inline constexpr std::uint64_t web_body_bytes = 64 * 1024;
/// Nesting of the JSON in a request: the arguments', and the object around them.
inline constexpr std::size_t web_json_nesting = value_nesting + 4;
/// One message that a browser sends, and how many of them a second; a page sends one in all.
inline constexpr std::size_t web_message_bytes = 64 * 1024;
inline constexpr std::size_t web_messages_per_second = 20;
/// A whole request must arrive within this time, and a new stream's token within the other.
inline constexpr auto web_read_wait = 10s;
inline constexpr auto web_token_wait = 5s;
/// A connection without a request is closed after this time.
inline constexpr auto web_idle_wait = 60s;
/// A response or message that the browser does not take within this time ends its connection.
inline constexpr auto web_write_wait = 20s;
/// A message that takes longer makes its browser a slow one: it gets a whole snapshot instead of deltas, and
/// is closed (1013) at the third such message in a row.
inline constexpr auto web_slow_write = 2s;
inline constexpr std::size_t web_slow_writes = 3;
/// Messages other than snapshots and deltas that wait for one browser.
inline constexpr std::size_t web_queued_messages = 256;
/// A stream says at least this often that it lives: the page calls what it shows stale after three of them.
inline constexpr auto web_heartbeat = 1s;
/// Changes that come closer together than this go out as one.
inline constexpr auto web_coalescing = 20ms;
/// Calls into the cluster that run or wait: spawns, and all others. Beyond it a request is told to come back.
inline constexpr std::size_t web_calls = 64;
inline constexpr std::size_t web_call_threads = 4;
/// Wrong tokens a second that are answered at once; further ones are answered after web_wrong_token_delay.
inline constexpr std::size_t web_wrong_tokens_per_second = 5;
inline constexpr auto web_wrong_token_delay = 1s;
/// Outcomes of worker functions that are kept for a page that is not connected just now, and bytes of one.
inline constexpr std::size_t web_outcomes = 256;
inline constexpr std::size_t web_outcome_bytes = 256 * 1024;

// -- flight recorder ----------------------------------------------------------------------------------------

/// The most slots per direction that a recorder may be made with: index and count each fit 16 bits.
inline constexpr std::uint32_t recorder_slots = 32768;
/// Finished calls that the recorder keeps; a power of two.
inline constexpr std::uint32_t recorded_finished_calls = 1024;
/// How often a reader tries again to read a record that is being changed, before it leaves it out.
inline constexpr int record_reading_tries = 64;

// -- anchor tree --------------------------------------------------------------------------------------------

/// The text of an anchor as a user writes it, before `..` and doubled slashes are taken out.
inline constexpr std::size_t anchor_text_bytes = 8192;
/// A worker's file. Room for the longest path of an executable and a generous function name.
inline constexpr std::size_t anchor_file_bytes = 16 * 1024;
/// The data of one node of the coordination service, which loads badly with large ones.
inline constexpr std::size_t node_bytes = 64 * 1024;
/// All of one atomic change: a ZooKeeper server drops the connection at 1 MiB.
inline constexpr std::size_t multi_bytes = 512 * 1024;
/// How often a change or a listing starts again because others changed the same directories meanwhile. Each
/// new start means that somebody else made progress.
inline constexpr int anchor_attempts = 64;
/// How often a question whose answer was lost is asked.
inline constexpr int anchor_questions = 3;
/// How long the embedded tree keeps the ephemeral nodes of a session that has lost its connection.
inline constexpr auto session_wait = 5s;
/// How much of an offending text an error quotes.
inline constexpr std::size_t quoted_text_bytes = 120;
/// Files of watched directories that are remembered, so that a change costs one look at what has changed and
/// not one at each file.
inline constexpr std::size_t remembered_files = 65536;
/// Directories that one watch of a subtree follows: each is a watch of the coordinator's.
inline constexpr std::size_t followed_directories = 4096;
/// How long a directory is followed for nobody: whoever waits for changes comes back sooner than that.
inline constexpr auto followed_idle = 30s;
/// Waits for changes at one agent, of everyone and of one process: each holds one of its calls in flight.
inline constexpr std::size_t anchor_waits = 1024;
inline constexpr std::size_t anchor_waits_per_process = 256;
/// Longest of these waits; whoever wants to wait longer asks again.
inline constexpr std::uint32_t anchor_wait_ms = 10'000;
/// Between two tries of a watch whose agent cannot tell what stands in the tree just now.
inline constexpr auto anchor_retry = 500ms;

// -- decoding -----------------------------------------------------------------------------------------------

/// What one input may unfold to in memory: one byte of input can stand for a whole struct of defaults.
inline constexpr std::size_t decoded_bytes = 512 * 1024 * 1024;

// -- keeper: descriptors, records and waits -----------------------------------------------------------------

/// Descriptors that come with one message: those of a worker (0, 1, 2, listener, recorder, lock) and some
/// more.
inline constexpr std::size_t keeper_message_fds = 16;
/// What an agent may leave with its keeper about one worker.
inline constexpr std::size_t keeper_record_bytes = 64 * 1024;
/// Messages that wait for the other side to read. Whoever lets so many pile up is given up.
inline constexpr std::size_t keeper_backlog = 16384;
/// A dead agent is started again after the first, then twice as long each time, up to the last.
inline constexpr auto agent_back_off_first = 50ms;
inline constexpr auto agent_back_off_last = 5s;
/// An agent that has lived so long starts again at the first back-off.
inline constexpr auto agent_steady = 10s;
/// An agent that is to end has this long by itself, and as long again after SIGTERM.
inline constexpr auto agent_stop_wait = 2s;

// -- slow readers and references ----------------------------------------------------------------------------

/// Bytes that wait to be written on one link before its peer, which does not read, is given up. Only what is
/// sent from the loop, which cannot wait, comes so far beyond pending_bytes.
inline constexpr std::size_t unread_bytes = 2 * pending_bytes;
/// Processes that one reference may name as its givers: a chain of hand-overs of which none is settled yet.
inline constexpr std::size_t reference_givers = 16;
/// How often a claim is sent again after a link that ended before it was sent. Each time the owner was said
/// to live.
inline constexpr int claim_tries = 8;
/// Drops and words about hand-overs that are left over when a link has ended, and whose receiver lives, are
/// sent over a new link after this time: soon for an owner that is to free memory, and seldom for one that
/// cannot be reached for long.
inline constexpr auto leftovers_wait = 1s;
/// Results of calls of one peer that are kept to be called before their answers have come.
inline constexpr std::size_t kept_results = call_slots;
/// Arguments of calls through one reference that is not there yet, which are kept in case they have to be sent
/// again to somebody else.
inline constexpr std::size_t kept_argument_bytes = body_bytes;
/// Names of interfaces that one reference brings: its own and those that this one extends.
inline constexpr std::size_t interface_names = 32;
/// Services of one process, and bytes of a name.
inline constexpr std::size_t services = 1024;
inline constexpr std::size_t service_name_bytes = 256;
/// Methods that a refusal lists, and bytes of that list.
inline constexpr std::size_t listed_methods_bytes = 2048;
/// Longest signature that a peer is told, so that it goes out in one frame and before the call that it is of;
/// and how many a process remembers of all that it is told.
inline constexpr std::size_t signature_bytes = 16 * 1024;
inline constexpr std::size_t told_signatures = 4096;
/// How long a dial that was refused because it crosses another waits for that other link, before it dials
/// again.
inline constexpr auto crossing_wait = 50ms;

// -- sockets of the dead ------------------------------------------------------------------------------------

/// A socket that is younger may be bound already and not yet listen; an older one that nobody listens at is
/// removed.
inline constexpr auto socket_settles = 1s;
/// Between two looks for sockets of processes that were killed before their agent knew them, and for output
/// that has grown beyond jail_log_bytes.
inline constexpr auto housekeeping = 10s;

// -- web endpoint: calls in flight --------------------------------------------------------------------------

/// Calls in flight that one message or answer tells; the others are counted. A page shows some forty at once
/// and filters among these.
inline constexpr std::size_t web_told_calls = 1000;

// -- ZooKeeper ----------------------------------------------------------------------------------------------

/// How long a session lives without a connection: long enough for an agent to be replaced and for a server to
/// be started again, short enough that the workers of a host that is gone do not stay in the tree.
inline constexpr auto zookeeper_session = 10s;
/// How long a server is waited for at first, by whom that keeps waiting.
inline constexpr auto zookeeper_connect = 5s;
/// The same for an agent, which tries again and has other work meanwhile.
inline constexpr auto zookeeper_connect_try = 1s;
/// How long a request waits for a lost connection to come back, from the moment of the loss. A server that
/// was started again, or another of the ensemble, answers well within it.
inline constexpr auto zookeeper_reconnect = 2s;
/// One request. A server that does not answer is given up by ZooKeeper's client after two thirds of the
/// session's time, so this is for a client that hangs.
inline constexpr auto zookeeper_answer = 20s;
/// How long the end of a session waits for the server.
inline constexpr auto zookeeper_farewell = 2s;
/// Between two tries of an agent to come by a session, or to mend what is registered.
inline constexpr auto zookeeper_retry = 1s;
/// Text that says where a ZooKeeper is; and the file that holds it.
inline constexpr std::size_t connect_string_bytes = 1024;
inline constexpr std::size_t config_bytes = 16 * 1024;
/// A development server that does not answer within this time of its start has failed.
inline constexpr auto zookeeper_start = 30s;

// -- desktop ------------------------------------------------------------------------------------------------

/// Bytes of one text as a cell shows it, and as the detail does: more than fits on a screen.
inline constexpr std::size_t gui_cell_bytes = 512;
inline constexpr std::size_t gui_detail_bytes = 8 * 1024;
/// What may be typed or pasted into one field.
inline constexpr std::size_t gui_field_bytes = 64 * 1024;
/// Calls of one worker that its detail lists.
inline constexpr std::size_t gui_detail_calls = 200;
/// Threads for what blocks (spawns may take their whole deadline), and pieces of such work at once.
inline constexpr std::size_t gui_errand_threads = 4;
inline constexpr std::size_t gui_errands = 64;
/// Outcomes of worker functions that are kept, and bytes of one.
inline constexpr std::size_t gui_outcomes = 256;
inline constexpr std::size_t gui_outcome_bytes = 64 * 1024;
/// Events of mouse and keyboard that wait for their frame.
inline constexpr std::size_t gui_input_events = 4096;
/// A script's file.
inline constexpr std::size_t gui_script_bytes = 1024 * 1024;

// -- the life of workers ------------------------------------------------------------------------------------

/// Hosts of one spawn_all(), each of which takes a thread of the caller's.
inline constexpr std::size_t spawns_at_once = 1024;
/// How long one question for a worker's death waits at its agent, before it is asked again: an agent that has
/// been replaced meanwhile is noticed.
inline constexpr auto death_question = 20s;
/// Such questions that wait at one agent, of all apps and workers of its host.
inline constexpr std::size_t deaths_awaited = 2048;
/// Between two tries to ask, where the agent cannot be asked just now.
inline constexpr auto death_retry = 200ms;
/// A worker with a restart policy starts again after the first, then after twice as long each time, up to the
/// last. One that has lived so long that no restart is counted any more begins with the first.
inline constexpr auto restart_back_off_first = 100ms;
inline constexpr auto restart_back_off_last = 10s;
/// The most restarts that a policy may count.
inline constexpr std::uint32_t restarts_at_most = 1000;
/// The arguments that an agent keeps for a restart: they go to its keeper with the record, where
/// keeper_record_bytes hold for both.
inline constexpr std::size_t restart_argument_bytes = 32 * 1024;

}  // namespace circuit::limits
