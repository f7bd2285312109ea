// Package websub tells subscribers of feeds of new articles (W3C WebSub, 23 January
// 2018): through a hub elsewhere, which a [Ping] tells, or as the [Hub] of each station
// itself.
//
// # The hub
//
// It is at network.HubPath of a station and takes subscriptions to the feeds of that
// station alone: nothing is fetched for anybody, and nothing of others is passed on. A
// request is answered at once and verified later, so that nobody is subscribed who does
// not want to be.
//
// Deliveries are level-triggered. A subscription has the version of the feed that its
// subscriber was given, by the hash of the feed's contents, and is due as long as the
// served edition has another one; there is no queue to lose. What is sent is what is new
// or has changed since that version, as far as that is known, or the whole feed.
//
// Any process takes subscriptions, the one that builds the station delivers. They are in
// the local copy, a file a station, and where there is a Redis in it as well, which all
// processes read. With a Redis that does not answer nothing is delivered: another process
// may be delivering. Secrets are in both.
package websub

import (
	"time"
)

// What the specification leaves to the hub.
const (
	minLease = 24 * time.Hour
	maxLease = 15 * 24 * time.Hour

	maxSecret   = 199      // bytes (§5.1)
	maxCallback = 2000     // bytes
	maxToken    = 2000     // bytes of a verify_token
	maxRequest  = 16 << 10 // bytes of a request's body
	maxAnswer   = 64 << 10 // bytes of what a callback answers that are read
)

// Limits of each process. What many processes take together grows with their number, by one
// request to a callback's host in verifyEvery each; deliveries are of the one that leads.
const (
	requestsPerSecond = 20               // new ones, of everybody together
	verifyEvery       = 10 * time.Second // at a callback's host
	maxUnanswered     = 3                // verifications in a row, then the host is blocked
	blockTime         = time.Hour
	maxPending        = 1000 // requests that wait to be verified
	maxPendingHost    = 100  // of one host
	maxVerifying      = 16   // at the same time

	maxSending     = 16 // deliveries at the same time
	maxSendingHost = 4  // to one host
	maxFailing     = 8  // of them to subscribers that failed last time
	sendTimeout    = 10 * time.Second
)

// backoff is how long after a failed delivery the next one is tried. After the last one
// the subscription waits for the next change, and for as long again at least.
var backoff = [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour}
