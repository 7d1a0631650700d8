// Command empty is the least that a Go server with a database can be: one pool connection, one route. The benchmark
// compares the program's start with it.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err == nil {
		err = pool.Ping(context.Background())
	}
	if err == nil {
		http.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
		err = http.ListenAndServe(os.Getenv("TOUYAN_ADDR"), nil) //nolint:gosec // it lives for a second
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
