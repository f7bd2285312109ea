// Feedstation publishes a news portal's feeds and sitemaps.
//
// A portal runs many stations, each on a host of its own, with channels inside
// and one content store behind all of them. Feedstation's jobs pull the latest
// articles from the store, build RSS 2.0, Atom 1.0, JSON Feed 1.1 and sitemaps
// for every station and channel, and serve them over HTTP.
//
//	feedstation init             make a configuration of what the newsroom has
//	feedstation serve            build, publish and serve until told to stop
//	feedstation build            one full pass: build, publish, print, exit
//	feedstation import FILE…     JSON Lines into the embedded content store
//	feedstation demo             demo articles into the embedded content store
//	feedstation retract          take an article down, without the content store
//	feedstation pin, unpin       serve an earlier edition of a station
//	feedstation links            the <link> elements for a station's pages
//	feedstation views            SQL for the databases of known systems
//	feedstation check            look for faults in configuration and store
//	feedstation status           show how all stations stand
//	feedstation health           ask the process that serves how it is
//	feedstation completion       print completions for a shell
//	feedstation version          print the version
//
// Each reads config.yaml or, where there is none, /etc/feedstation/config.yaml, or
// the file that --config names; the file shipped
// with the program explains every key. Each value can be overridden by an
// environment variable: FEEDSTATION_SERVER_LISTEN for server.listen.
//
// # Running it
//
// Documents are served from memory. A request never waits for the content store
// or for Redis, and when they are away the last editions stay served. After a
// restart the process serves what its local copy (cache.dir) holds at once.
//
// Both listeners answer /livez (the process runs) and /readyz (what can be served is
// there, and the process is not stopping), the admin listener also /status (what is
// served, and what is wrong) and at / the same as pages for people. Requests with
// server.admin_token can POST to /-/refresh, /-/reload and /-/retract.
//
// SIGHUP, or a POST to /-/reload, has the configuration, its secrets and certificates
// read again; one with a fault changes nothing. SIGTERM makes /readyz answer 503,
// goes on serving for server.drain, lets open requests finish, and ends with status
// 0. SIGINT, the Ctrl-C of a terminal, skips the drain. A second signal ends the
// process at once.
//
// The exit status is 0, 1 for a failure, and 2 for a fault in the command line
// or in the configuration.
package main

import (
	"os"

	"feedstation/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], cli.Terminal{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(),
	}))
}
