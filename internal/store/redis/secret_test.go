package redis_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"feedstation/internal/store/redis"
)

// TestErrorsHidePasswords asks servers that repeat what they are asked.
func TestErrorsHidePasswords(t *testing.T) {
	const password = "p@ss-CANARY"
	for _, mode := range []string{"single", "sentinel", "cluster"} {
		t.Run(mode, func(t *testing.T) {
			options := redis.Options{Mode: mode, Addrs: []string{echoing(t)}, Password: password}
			if mode == "sentinel" {
				options.Master, options.SentinelPassword = "main", password
			}
			r, err := redis.New(options)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			_, heads := r.Heads(t.Context(), []string{"xt"})
			_, policy := r.Evicts(t.Context())
			_, fetched := r.Fetch(t.Context(), "xt", nil)
			for name, err := range map[string]error{"Heads": heads, "Evicts": policy, "Fetch": fetched} {
				if text := fmt.Sprint(err); strings.Contains(text, "CANARY") {
					t.Errorf("%s: %s", name, text)
				}
			}
			if heads == nil || mode == "single" && !strings.Contains(heads.Error(), "unknown command") {
				t.Errorf("Heads: %v, want what the server says", heads)
			}
		})
	}
}

// echoing is a server that knows no command and answers each with its words.
func echoing(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					var count, size int
					if _, err := fmt.Sscanf(lines.Text(), "*%d", &count); err != nil {
						return
					}
					var words []string
					for range count {
						if !lines.Scan() {
							return
						}
						fmt.Sscanf(lines.Text(), "$%d", &size)
						if !lines.Scan() {
							return
						}
						words = append(words, lines.Text())
					}
					fmt.Fprintf(conn, "-ERR unknown command '%s', with args beginning with: %q\r\n", words[0], words[1:])
				}
			}()
		}
	}()
	return listener.Addr().String()
}
