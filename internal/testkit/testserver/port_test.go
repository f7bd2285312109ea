package testserver

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

func TestPort(t *testing.T) {
	given := map[int]bool{}
	for range 200 {
		port := Port(t)
		if port < first || port >= first+count || given[port] {
			t.Fatalf("port %d, after %d others", port, len(given))
		}
		given[port] = true
		// It is free for the server that it is meant for, and for its partner.
		for _, port := range []int{port, port + Above} {
			listener, err := net.Listen("tcp", Addr(port))
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
		}
	}
}

// TestTake: a port is refused while it is held, and while somebody listens on it
// or on its partner.
func TestTake(t *testing.T) {
	port, hold, err := Hold()
	if err != nil {
		t.Fatal(err)
	}
	refused := func(why string) {
		t.Helper()
		if second, err := take(port); err == nil {
			second.Close()
			t.Fatalf("taken although %s", why)
		}
	}
	refused("it is held")
	if out, err := asChild(t, port); err == nil {
		t.Fatalf("taken by another process:\n%s", out)
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{port, port + Above} {
		listener, err := net.Listen("tcp4", Addr(at))
		if err != nil {
			t.Fatal(err)
		}
		refused("somebody listens on " + strconv.Itoa(at))
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := asChild(t, port); err != nil {
		t.Fatalf("not taken by another process: %v\n%s", err, out)
	}
	// The child ended without closing what it held.
	if hold, err = take(port); err != nil {
		t.Fatal(err)
	}
	hold.Close()
}

// asChild takes a port in another process.
func asChild(t *testing.T, port int) ([]byte, error) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestChild$")
	c.Env = append(os.Environ(), "FEEDSTATION_TEST_PORT="+strconv.Itoa(port))
	return c.CombinedOutput()
}

// TestChild is the other process of TestTake.
func TestChild(t *testing.T) {
	port, err := strconv.Atoi(os.Getenv("FEEDSTATION_TEST_PORT"))
	if err != nil {
		t.Skip("only for TestTake")
	}
	if _, err := take(port); err != nil {
		t.Fatal(err)
	}
}
