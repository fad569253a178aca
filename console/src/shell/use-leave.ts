// Leads on from a page whose work is done.
import { useCallback, useEffect, useRef, type RefObject } from "react";
import { useNavigate } from "react-router";

/** Whether what asks is still on the screen, for answers that come later. */
export function useIsHere(): RefObject<boolean> {
  const isHereRef = useRef(false);
  useEffect(() => {
    isHereRef.current = true;
    return () => {
      isHereRef.current = false;
    };
  }, []);
  return isHereRef;
}

/** Leads to another page; whoever has left this one meanwhile stays where he is. */
export function useLeave(): (to: string) => void {
  const navigate = useNavigate();
  const isHereRef = useIsHere();
  return useCallback(
    (to: string) => {
      if (isHereRef.current) void navigate(to);
    },
    [navigate, isHereRef],
  );
}
