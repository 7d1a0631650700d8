package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"touyan/internal/app"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/month"
)

func lrmxFiles(_ context.Context, _ app.Config, args []string) error {
	if len(args) < 2 || args[0] != "check" {
		return errUsage
	}
	return checkForms(os.Stdout, args[1:], month.Day(time.Now()))
}

// checkForms says of every file what is wrong with it. It is refused if one cannot be read; what is only doubtful passes.
func checkForms(w io.Writer, files []string, today time.Time) error {
	unreadable := 0
	for _, name := range files {
		notes, err := checkForm(name, today)
		switch {
		case err != nil:
			unreadable++
			fmt.Fprintf(w, "%s:无法读取:%s\n", name, err)
		case len(notes) == 0:
			fmt.Fprintf(w, "%s:通过\n", name)
		default:
			fmt.Fprintf(w, "%s:可以读取,%d处需要核对\n", name, len(notes))
			for _, n := range notes {
				fmt.Fprintf(w, "  %s\n", n)
			}
		}
	}
	if unreadable > 0 {
		return fault.Invalid("%d个文件中有%d个无法读取", len(files), unreadable)
	}
	return nil
}

func checkForm(name string, today time.Time) ([]lrmx.Note, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, cannotOpen(err)
	}
	defer file.Close()
	if at, err := file.Stat(); err == nil && at.IsDir() {
		return nil, errors.New("这是文件夹,请写出其中的文件,如 " + filepath.Join(name, "*.lrmx"))
	}
	f, notes, err := lrmx.Read(file)
	if err != nil {
		if f := fault.Of(err); f.Kind != fault.KindInternal {
			return nil, errors.New(f.Sentence)
		}
		return nil, err
	}
	return append(notes, lrmx.Check(f, today)...), nil
}

// cannotOpen says in Chinese why a file cannot be opened; its name stands before the sentence.
func cannotOpen(err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("没有这个文件")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("没有读取这个文件的权限")
	case errors.As(err, &at):
		return at.Err
	}
	return err
}
