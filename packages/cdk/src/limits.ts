/**
 * Seconds after which the load balancer closes an idle connection. The server must keep its own for longer, or requests meet a closed
 * door; and answer sooner, since a connection on which an answer is waited for counts as idle.
 */
export const IDLE_SECONDS = 60;
/** Fargate sends SIGKILL this many seconds after SIGTERM at the latest. */
export const MOST_STOP_SECONDS = 120;
/** The header that the edge function says the viewer's address in. */
export const VIEWER_HEADER = "x-viewer-ip";
